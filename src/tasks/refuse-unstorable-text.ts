import { RequestError } from '../domain/errors.js';

/** NUL and lone surrogates as JSON.stringify writes them; a doubled backslash before is text, not an escape. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/;

/**
 * Refuses text that PostgreSQL can't keep in JSON, naming the records that have it.
 *
 * @param json `records` as JSON, made once by the caller.
 * @throws RequestError 400 invalid_text.
 */
export function refuseUnstorableText(records: readonly unknown[], json: string): void {
  if (!UNSTORABLE.test(json)) return;
  const errors = records.flatMap((record, at) =>
    UNSTORABLE.test(JSON.stringify(record) ?? '') ? [{ path: `records/${at}`, message: MESSAGE }] : [],
  );
  throw new RequestError(400, 'invalid_text', MESSAGE, errors);
}

const MESSAGE = 'Text must not have NUL characters or half a surrogate pair.';
