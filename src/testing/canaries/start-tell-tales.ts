import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { startFakeHttp } from '../fake-http.js';

/** Systems that refuse everybody and say all that they were told: the worst that another one can do. */
export interface TellTales {
  /** Of the one that speaks https. */
  readonly baseUrl: string;
  /** Of the one that speaks LDAPS. */
  readonly ldapPort: number;
  /** Who signed their certificate, PEM. */
  readonly ca: string;
  stop(): Promise<void>;
}

/** Starts both on this machine. */
export async function startTellTales(tls: {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}): Promise<TellTales> {
  const { cert, key, ca } = tls;
  const echo = await startFakeHttp(
    ({ path, query, headers, body }) => {
      const told = JSON.stringify({ path, query: [...query], headers, body });
      const json = { errcode: 40_001, code: 99_991_663, errmsg: told, msg: told, message: told, error: told };
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
  const told = request.subarray(0, 100);
  const response = Buffer.concat([Buffer.from([0x0a, 1, 49, 0x04, 0, 0x04, told.length]), told]);
  const id = Buffer.from([0x02, 1, request[4] ?? 1]);
  const body = Buffer.concat([id, Buffer.from([0x61, 0x81, response.length]), response]);
  return Buffer.concat([Buffer.from([0x30, 0x81, body.length]), body]);
}
