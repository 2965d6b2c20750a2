// The vendor's client does nothing behind our back.

import test from 'node:test';
import assert from 'node:assert/strict';
import { roomServerProblem, startRoomServer } from '../support/room-server.mjs';
import { createVendorClient } from './vendor.mjs';

const problem = roomServerProblem();
const skip = problem && !process.env.CI ? problem : false;

test('log uploads of the vendor client stay in the process', { timeout: 60_000, skip }, async (t) => {
  const server = await startRoomServer();
  t.after(() => server.close());
  const vendor = createVendorClient({ server: server.ws, appID: server.appID });
  t.after(() => vendor.close());
  const user = { userID: 'ua', userName: 'Name of ua' };
  assert.equal(await vendor.engine.loginRoom('meeting', await server.token('ua'), user), true);
  await vendor.waitFor('roomStateUpdate', (_room, state) => state === 'CONNECTED');
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (const url of vendor.uploads) assert.equal(new URL(url).hostname, 'hub.invalid');
});
