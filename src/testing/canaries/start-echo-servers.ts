import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { startFakeHttp } from '../fakes/fake-http.js';

/** Systems that refuse every request and echo it in the error: the worst case of an external system. */
export interface EchoServers {
  /** Of the one that speaks https. */
  readonly baseUrl: string;
  /** Of the one that speaks LDAPS. */
  readonly ldapPort: number;
  /** Who signed their certificate, PEM. */
  readonly ca: string;
  stop(): Promise<void>;
}

/** Starts both on this machine. */
export async function startEchoServers(tls: {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}): Promise<EchoServers> {
  const { cert, key, ca } = tls;
  const echo = await startFakeHttp(
    ({ path, query, headers, body }) => {
      const echoed = JSON.stringify({ path, query: [...query], headers, body });
      const json = { errcode: 40_001, code: 99_991_663, errmsg: echoed, msg: echoed, message: echoed, error: echoed };
      return { status: 401, json };
    },
    { cert, key },
  );
  const directory = createServer({ cert, key }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (request: Buffer) => socket.write(refuseBind(request)));
  }).listen(0, '127.0.0.1');
  await once(directory, 'listening');
  return {
    baseUrl: echo.baseUrl,
    ldapPort: (directory.address() as AddressInfo).port,
    ca,
    async stop() {
      directory.close();
      await echo.stop();
    },
  };
}

/** RFC 4511: a BindResponse with invalidCredentials, whose text is the request itself, password and all. */
function refuseBind(request: Buffer): Buffer {
  const echoed = request.subarray(0, 100);
  const response = Buffer.concat([Buffer.from([0x0a, 1, 49, 0x04, 0, 0x04, echoed.length]), echoed]);
  const id = Buffer.from([0x02, 1, request[4] ?? 1]);
  const body = Buffer.concat([id, Buffer.from([0x61, 0x81, response.length]), response]);
  return Buffer.concat([Buffer.from([0x30, 0x81, body.length]), body]);
}
