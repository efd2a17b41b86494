import { fetchStream } from '../../platform/http-client/fetch-stream.js';
import type { CsvWorld } from './csv-world.js';

const MAX_BYTES = 1_000_000_000;

/** An address, and the certificates (PEM) that are trusted there instead of the system's. */
interface UrlPlace {
  readonly url: string;
  readonly ca?: string | undefined;
}

/**
 * Downloads a file as it is read.
 * @throws what the http client throws; SourceReadError when the download breaks off
 */
export async function* readUrlBytes({ url, ca }: UrlPlace, world: CsvWorld): AsyncGenerator<Buffer> {
  const { signal, timeoutMs, allowHttp, egress } = world;
  const trust = ca === undefined ? {} : { ca };
  const { body } = await fetchStream({ url, signal, timeoutMs, allowHttp, egress, maxBytes: MAX_BYTES, ...trust });
  yield* body;
}
