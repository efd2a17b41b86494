import { fetchStream, type FetchRequest } from './fetch-stream.js';

/**
 * Gets what is at an address, whole.
 * @throws like fetchStream and its body
 */
export async function fetchBytes(asked: FetchRequest): Promise<Buffer> {
  const { body } = await fetchStream(asked);
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
