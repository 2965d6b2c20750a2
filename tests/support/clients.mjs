// The two clients under one roof: what they share is all that the demo and the conformance tests use.

import { createVendorClient } from '../conformance/vendor.mjs';
import { createOwnClient, packageProblem } from './own.mjs';

/** Kinds of clients. */
export const KINDS = ['ours', 'vendor'];

/** Why clients of this kind cannot be made, in one sentence, or undefined if they can. */
export function clientProblem(kind) {
  if (!KINDS.includes(kind)) return `there is no client "${kind}": choose ${KINDS.join(' or ')}`;
  return kind === 'ours' ? packageProblem() : undefined;
}

/** See createOwnClient and createVendorClient. */
export function createClient(kind, options) {
  return kind === 'ours' ? createOwnClient(options) : createVendorClient(options);
}
