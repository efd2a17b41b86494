import { fetchStream } from '../../platform/http-client/fetch-stream.js';
import type { CsvWorld } from './csv-world.js';

const MAX_BYTES = 1_000_000_000;

/**
 * Downloads a file as it is read.
 * @throws what the http client throws; SourceReadError when the download breaks off
 */
export async function* readUrlBytes(url: string, world: CsvWorld): AsyncGenerator<Buffer> {
  const { signal, timeoutMs, allowHttp, egress } = world;
  const { body } = await fetchStream({ url, signal, timeoutMs, allowHttp, egress, maxBytes: MAX_BYTES });
  yield* body;
}
