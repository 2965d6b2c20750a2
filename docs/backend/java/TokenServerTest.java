// javac -d out docs/backend/java/*.java && java -cp out TokenServerTest < lines
// One vector a line, separated by tabs: app id, user id, secret, lifetime, payload, now, nonce, iv in hex, token.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

public class TokenServerTest {
  public static void main(String[] args) throws Exception {
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    int count = 0;
    for (String line; (line = lines.readLine()) != null; count++) {
      String[] field = line.split("\t", -1);
      String token = TokenServer.token04(Long.parseLong(field[0]), field[1], field[2], Long.parseLong(field[3]), field[4],
          Long.parseLong(field[5]), Integer.parseInt(field[6]), HexFormat.of().parseHex(field[7]));
      if (!token.equals(field[8])) throw new AssertionError("line " + count + ": " + token);
    }
    String secret = "0123456789abcdef0123456789abcdef";
    refused("code 1", 0, "u", secret, 60, "");
    refused("code 1", 1L << 32, "u", secret, 60, "");
    refused("code 3", 1, "", secret, 60, "");
    refused("code 3", 1, "用".repeat(22), secret, 60, "");
    refused("code 3", 1, null, secret, 60, "");
    refused("code 5", 1, "u", "short", 60, "");
    refused("code 5", 1, "u", "密".repeat(32), 60, "");
    refused("code 6", 1, "u", secret, 0, "");
    refused("code 6", 1, "u", secret, Long.MAX_VALUE, "");
    refused("payload", 1, "u", secret, 60, "p".repeat(66000));
    System.out.println(count + " vectors");
  }

  private static void refused(String why, long appId, String userId, String secret, long lifetime, String payload)
      throws Exception {
    try {
      TokenServer.token04(appId, userId, secret, lifetime, payload, 1700000000, 1, new byte[12]);
    } catch (IllegalArgumentException error) {
      if (error.getMessage().contains(why)) return;
    }
    throw new AssertionError("not refused: " + why);
  }
}
