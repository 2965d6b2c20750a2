// Room tokens for your own server: Node 18 or newer, no dependencies.
//   ZEGO_APP_ID=1234567890 ZEGO_SERVER_SECRET=... node token.mjs
//   curl -H 'Authorization: ...' http://127.0.0.1:8080/token
import { createCipheriv, randomBytes, randomInt } from 'node:crypto';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const LIFETIME_SECONDS = 3600;

/**
 * A token in the GCM form. `now` (Unix seconds), `nonce` (32-bit integer) and `iv` (12 bytes) are given in tests only:
 * the iv must never be used twice with the same secret.
 */
export function token04(
  appId,
  userId,
  secret,
  lifetime,
  payload = '',
  { now = Math.floor(Date.now() / 1000), nonce = randomInt(2 ** 32) - 2 ** 31, iv = randomBytes(12) } = {},
) {
  if (!Number.isInteger(appId) || appId < 1 || appId > 0xffffffff) throw new RangeError('app id (code 1)');
  const userBytes = typeof userId === 'string' ? Buffer.byteLength(userId) : 0;
  if (userBytes < 1 || userBytes > 64) throw new RangeError('user id (code 3)');
  if (!/^[ -~]{32}$/.test(secret)) throw new RangeError('secret (code 5)');
  if (!Number.isSafeInteger(lifetime) || lifetime < 1) throw new RangeError('lifetime (code 6)');

  const expire = now + lifetime;
  const claims = JSON.stringify({ app_id: appId, user_id: userId, nonce, ctime: now, expire, payload });
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(secret, 'ascii'), iv);
  const sealed = Buffer.concat([cipher.update(claims, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  if (sealed.length > 0xffff) throw new RangeError('payload too long');

  const head = Buffer.alloc(10);
  head.writeBigInt64BE(BigInt(expire), 0);
  head.writeUInt16BE(iv.length, 8);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(sealed.length);
  return '04' + Buffer.concat([head, iv, length, sealed, Buffer.of(1)]).toString('base64');
}

/** Who is asking? Replace this by your own login: a token for whoever names a user lets anyone be anyone. */
function authenticatedUser(_request) {
  return null;
}

function serve() {
  const { ZEGO_APP_ID, ZEGO_SERVER_SECRET } = process.env;
  createServer((request, response) => {
    const userId = authenticatedUser(request);
    const answer = (status, body) => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify(body));
    };
    if (request.url !== '/token') return answer(404, {});
    if (!userId) return answer(401, {});
    return answer(200, { userId, token: token04(Number(ZEGO_APP_ID), userId, ZEGO_SERVER_SECRET, LIFETIME_SECONDS) });
  }).listen(8080, '127.0.0.1');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) serve();
