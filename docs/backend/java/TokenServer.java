// Room tokens for your own server: Java 17 or newer, no dependencies.
//   ZEGO_APP_ID=1234567890 ZEGO_SERVER_SECRET=... java TokenServer.java
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

public class TokenServer {
  /** A token in the GCM form. An iv (12 bytes) must never be used twice with the same secret; `now` is Unix seconds. */
  static String token04(long appId, String userId, String secret, long lifetime, String payload, long now, int nonce,
      byte[] iv) throws GeneralSecurityException {
    if (appId < 1 || appId > 0xffffffffL) throw new IllegalArgumentException("app id (code 1)");
    int userBytes = userId == null ? 0 : userId.getBytes(UTF_8).length;
    if (userBytes < 1 || userBytes > 64) throw new IllegalArgumentException("user id (code 3)");
    if (secret == null || !secret.matches("[\\x00-\\x7f]{32}")) throw new IllegalArgumentException("secret (code 5)");
    if (lifetime < 1 || lifetime >= (1L << 53) - now) throw new IllegalArgumentException("lifetime (code 6)");

    long expire = now + lifetime;
    String claims = "{\"app_id\":" + appId + ",\"user_id\":" + quoted(userId) + ",\"nonce\":" + nonce
        + ",\"ctime\":" + now + ",\"expire\":" + expire + ",\"payload\":" + quoted(payload) + "}";
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    SecretKeySpec key = new SecretKeySpec(secret.getBytes(US_ASCII), "AES");
    cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(128, iv));
    byte[] sealed = cipher.doFinal(claims.getBytes(UTF_8));
    if (sealed.length > 0xffff) throw new IllegalArgumentException("payload too long");

    ByteBuffer body = ByteBuffer.allocate(8 + 2 + iv.length + 2 + sealed.length + 1).putLong(expire)
        .putShort((short) iv.length).put(iv).putShort((short) sealed.length).put(sealed).put((byte) 1);
    return "04" + Base64.getEncoder().encodeToString(body.array());
  }

  static String quoted(String text) {
    StringBuilder json = new StringBuilder("\"");
    text.chars().forEach(c -> json.append(c < ' ' ? String.format("\\u%04x", c)
        : c == '"' || c == '\\' ? "\\" + (char) c : String.valueOf((char) c)));
    return json.append('"').toString();
  }

  /** Who is asking? Replace this by your own login: a token for whoever names a user lets anyone be anyone. */
  static String authenticatedUser(HttpExchange exchange) {
    return null;
  }

  public static void main(String[] args) throws Exception {
    long appId = Long.parseLong(System.getenv("ZEGO_APP_ID"));
    SecureRandom random = new SecureRandom();
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 8080), 0);
    server.createContext("/token", exchange -> {
      try (exchange) {
        String userId = authenticatedUser(exchange);
        if (userId == null) { exchange.sendResponseHeaders(401, -1); return; }
        byte[] iv = new byte[12];
        random.nextBytes(iv);
        String token = token04(appId, userId, System.getenv("ZEGO_SERVER_SECRET"), 3600, "",
            System.currentTimeMillis() / 1000, random.nextInt(), iv);
        byte[] body = ("{\"userId\":" + quoted(userId) + ",\"token\":" + quoted(token) + "}").getBytes(UTF_8);
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
      } catch (GeneralSecurityException error) {
        throw new java.io.IOException("cannot make a token");
      }
    });
    server.start();
  }
}
