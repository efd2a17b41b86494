import { once } from 'node:events';
import { createServer } from 'node:net';

/** The preferred port of loopback, or a free one when it is taken. */
export async function choosePort(preferred: number): Promise<number> {
  return (await tryPort(preferred)) ?? (await tryPort(0)) ?? preferred;
}

async function tryPort(port: number): Promise<number | null> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    server.close();
    await once(server, 'close');
    return address === null || typeof address === 'string' ? null : address.port;
  } catch {
    return null;
  }
}
