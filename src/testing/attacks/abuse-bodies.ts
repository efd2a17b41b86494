import { gzipSync } from 'node:zlib';

/** A body with its type. */
export interface AbuseBody {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

const json = (text: string): AbuseBody => ({
  bytes: new Uint8Array(Buffer.from(text)),
  headers: { 'content-type': 'application/json' },
});

const pushOf = (records: readonly unknown[]) => json(JSON.stringify({ kind: 'user', records }));

/** Records with many fields, valid throughout: 4.3 MB where there are 9,999. */
export function wideRecords(count: number, extra = ''): AbuseBody {
  const fields = Array.from({ length: 40 }, (_, at) => `"f${at}":"${at}"`).join(',');
  const records = Array.from(
    { length: count },
    (_, at) => `{"uid":"w${at}","username":"wide-${at}","attributes":{${fields}${extra}}}`,
  );
  return json(`{"kind":"user","records":[${records.join(',')}]}`);
}

/** The same, each record with a number in an unusual spelling. */
export const oddNumbers = (count: number): AbuseBody => wideRecords(count, ',"n":1.0,"m":1e3');

/** A body close to the limit of 10 MB, of few records that are each close to theirs. */
export function hugeRecords(): AbuseBody {
  const list = Array.from({ length: 100_000 }, (_, at) => at);
  return pushOf(Array.from({ length: 15 }, (_, at) => ({ uid: `h${at}`, attributes: { list } })));
}

/** 100,000 records, a line each. */
export function manyLines(): AbuseBody {
  const text = '{"uid":"x"}\n'.repeat(100_000);
  return { bytes: new Uint8Array(Buffer.from(text)), headers: { 'content-type': 'application/x-ndjson' } };
}

/** A body that is small on the wire. */
export function zipped({ bytes, headers }: AbuseBody): AbuseBody {
  return { bytes: new Uint8Array(gzipSync(bytes)), headers: { ...headers, 'content-encoding': 'gzip' } };
}

/** More levels than a body may have, behind many that are fine. */
export function nested(): AbuseBody {
  const fine = `{"uid":"n","attributes":${'['.repeat(12)}${']'.repeat(12)}},`.repeat(9_000);
  return json(`{"kind":"user","records":[${fine}${'['.repeat(20)}${']'.repeat(20)}]}`);
}
