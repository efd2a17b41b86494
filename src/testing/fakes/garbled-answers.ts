import type { FakeAnswer } from './fake-http.js';

/** What a proxy, a broken connection or a restarting server puts in the place of an answer. */
export const GARBLED_ANSWERS: readonly (readonly [string, FakeAnswer])[] = [
  ['cut off', 'cut'],
  ['empty', { bytes: Buffer.alloc(0) }],
  ['blank', { bytes: Buffer.from(' \r\n') }],
  ['half of the JSON', { bytes: Buffer.from('{"errcode":0,"code":0,"data":{"items":[') }],
  ['a page in HTML', { bytes: Buffer.from('<html><body>502 Bad Gateway</body></html>') }],
  ['a login page with status 403', { status: 403, bytes: Buffer.from('<!doctype html><title>Sign in</title>') }],
  ['HTML with status 404', { status: 404, bytes: Buffer.from('<html>Not Found</html>') }],
  ['HTML with status 400', { status: 400, bytes: Buffer.from('<html>Bad Request</html>') }],
  ['a bare status 502', { status: 502, bytes: Buffer.from('Bad Gateway') }],
  ['null', { json: null }],
  ['a list', { json: [] }],
  ['an object without a code', { json: { message: 'welcome' } }],
  ['a text', { json: 'ok' }],
];
