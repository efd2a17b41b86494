import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import { type Express, type RequestHandler, Router } from 'express';
import { RequestError } from '../domain/errors.js';
import type { Authenticator } from './auth/authenticator.js';
import type { Principal } from './auth/principal.js';
import { contextOf } from './request-context.js';

/** A BullMQ queue that Bull Board shows. */
export type BoardQueue = ConstructorParameters<typeof BullMQAdapter>[0];

/** Where the board stands. */
export const BOARD_PATH = '/admin/queues';

/** Mounts Bull Board, which guards nothing itself: for admins only, and writes only from its own pages. */
export function bullBoard(queues: readonly BoardQueue[], authenticator: Authenticator): Router {
  const adapter = new ExpressAdapter().setBasePath(BOARD_PATH);
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue)),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'Rollcall queues' } },
  });
  const board = adapter.getRouter() as Express;
  board.disable('x-powered-by');
  const router = Router();
  router.use(askForAdmin(authenticator), refuseForeignWrites, dropForeignLinks, board);
  return router;
}

/** HTTP Basic: any user name, an admin's API key as the password. */
function askForAdmin(authenticator: Authenticator): RequestHandler {
  return async (request, response, next) => {
    contextOf(request).route = BOARD_PATH;
    const principal = await readBasic(request.headers.authorization, authenticator);
    if (!principal) {
      response.setHeader('WWW-Authenticate', 'Basic realm="Rollcall queues", charset="UTF-8"');
      response.status(401).type('text/plain').send('Sign in with any user name and an admin API key as the password.');
      return;
    }
    contextOf(request).principal = principal;
    if (principal.role !== 'admin' || principal.pushOnly || principal.sourceId !== null)
      throw new RequestError(403, 'forbidden', 'The queues are for admins.');
    next();
  };
}

async function readBasic(header: string | undefined, authenticator: Authenticator): Promise<Principal | null> {
  const [, encoded] = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(header ?? '') ?? [];
  if (encoded === undefined) return null;
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  return authenticator.authenticate(pair.slice(pair.indexOf(':') + 1));
}

/** A browser sends the password by itself, also for other sites' forms and scripts: those must not write. */
const refuseForeignWrites: RequestHandler = (request, _response, next) => {
  if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return next();
  const from = request.headers['sec-fetch-site'];
  const same = from === undefined ? isOwnOrigin(request.headers) : from === 'same-origin' || from === 'none';
  if (!same) throw new RequestError(403, 'cross_site', 'Writes come from the board itself only.');
  if (hasBody(request.headers) && !request.is('application/json'))
    throw new RequestError(415, 'unsupported_media_type', 'Send the body as application/json.');
  next();
};

/** The board's page asks another host for a font: nobody outside shall know that the page was opened. */
const dropForeignLinks: RequestHandler = (_request, response, next) => {
  const send = response.send.bind(response);
  response.send = (body: unknown) => {
    // JSON has its type by now, a rendered page not yet.
    const isPage = typeof body === 'string' && response.get('Content-Type') === undefined;
    return send(isPage ? body.replaceAll(/<link [^>]*href="(?:https?:)?\/\/[^>]*>/g, '') : body);
  };
  next();
};

function isOwnOrigin({ origin, host }: { origin?: string | undefined; host?: string | undefined }): boolean {
  if (origin === undefined || host === undefined) return false;
  return URL.canParse(origin) && new URL(origin).host === host;
}

function hasBody(headers: {
  'transfer-encoding'?: string | undefined;
  'content-length'?: string | undefined;
}): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
