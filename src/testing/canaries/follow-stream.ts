import type { Haystack } from '../find-secrets.js';

/** An event stream that is read on and on, until it ends or is asked for. */
export interface FollowedStream {
  /** Stops reading. @returns all that came */
  read(): Promise<Haystack>;
}

/** Opens an event stream and reads along. @throws Error when it is refused */
export async function followStream(url: string, headers: Readonly<Record<string, string>>): Promise<FollowedStream> {
  const stop = new AbortController();
  const response = await fetch(url, { headers, signal: stop.signal });
  if (response.status !== 200 || !response.body) throw new Error(`${url} answered ${response.status}`);
  let text = JSON.stringify([...response.headers]);
  const reading = readOn(response.body, (more) => (text += more)).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  return {
    async read() {
      stop.abort();
      await reading;
      return { from: `events ${new URL(url).pathname}`, text };
    },
  };
}

async function readOn(body: ReadableStream<Uint8Array>, add: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  for await (const bytes of body) add(decoder.decode(bytes, { stream: true }));
}
