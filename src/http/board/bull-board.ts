import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import { type Express, type RequestHandler, Router } from 'express';
import { validate as isUuid } from 'uuid';
import { RequestError } from '../../domain/errors.js';
import type { Authenticator } from '../../access/authenticator.js';
import { isOwnOrigin } from '../core/csrf.js';
import { permit } from '../../access/permit.js';
import { readSessionCookie } from '../core/session-cookie.js';
import { contextOf } from '../core/request-context.js';

/** A BullMQ queue that Bull Board shows. */
export type BoardQueue = ConstructorParameters<typeof BullMQAdapter>[0];

/** Where the board stands. */
export const BOARD_PATH = '/admin/queues';

/** What the board needs besides its queues. */
interface BoardOptions {
  readonly authenticator: Authenticator;
  /** The address that people use, where it is known. */
  readonly publicUrl: string | null;
  /** Where a signed-out browser is sent. */
  readonly signInPath: string;
}

/** Mounts Bull Board, which guards nothing itself: for signed-in admins only, and writes only from its own pages. */
export function bullBoard(queues: readonly BoardQueue[], options: BoardOptions): Router {
  const adapter = new ExpressAdapter().setBasePath(BOARD_PATH);
  createBullBoard({
    queues: queues.map(toBoard),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'Rollcall queues' } },
  });
  const board = adapter.getRouter() as Express;
  board.disable('x-powered-by');
  const router = Router();
  router.use(askForAdmin(options), refuseForeignWrites(options.publicUrl));
  router.get(
    BASE_SCRIPT_PATH,
    (_request, response) => void response.type('text/javascript').send(baseScript(BOARD_PATH)),
  );
  router.use(tidyPage, board);
  return router;
}

/** Shows the task's id of a job and nothing else: the data of a forged job is arbitrary input. */
function toBoard(queue: BoardQueue): BullMQAdapter {
  const adapter = new BullMQAdapter(queue);
  adapter.setFormatter('data', (data: unknown) => {
    const taskId = typeof data === 'object' && data && 'taskId' in data ? data.taskId : null;
    return { taskId: typeof taskId === 'string' && isUuid(taskId) ? taskId : null };
  });
  return adapter;
}

/** A session only: a browser would keep sending a password, and the board's own pages know no key. */
function askForAdmin({ authenticator, publicUrl, signInPath }: BoardOptions): RequestHandler {
  return async (request, response, next) => {
    contextOf(request).route = BOARD_PATH;
    const token = readSessionCookie(request, publicUrl);
    const principal = token === null ? null : await authenticator.authenticateSession(token);
    const wantsPage = request.method === 'GET' && request.accepts(['json', 'html']) === 'html';
    if (!principal && wantsPage)
      return response.redirect(303, `${signInPath}?returnTo=${encodeURIComponent(BOARD_PATH)}`);
    // What a session owes is asked for by the console.
    if (principal?.session?.owes && wantsPage) return response.redirect(303, '/');
    if (!principal) throw new RequestError(401, 'unauthenticated', 'Sign in as an admin.');
    contextOf(request).principal = principal;
    permit(principal, { role: 'admin', narrowed: 'refused' });
    next();
  };
}

/** A browser sends the cookie by itself, also for other sites' forms and scripts: those must not write. */
function refuseForeignWrites(publicUrl: string | null): RequestHandler {
  return (request, _response, next) => {
    if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return next();
    if (!isOwnOrigin(request.headers, publicUrl))
      throw new RequestError(403, 'csrf_refused', 'Only the pages of Bull Board can change data.');
    if (hasBody(request.headers) && !request.is('application/json'))
      throw new RequestError(415, 'unsupported_media_type', 'Send the body as application/json.');
    next();
  };
}

const tidyPage: RequestHandler = (_request, response, next) => {
  const send = response.send.bind(response);
  response.send = (body: unknown) => {
    // JSON has its type by now, a rendered page not yet.
    const isPage = typeof body === 'string' && response.get('Content-Type') === undefined;
    return send(isPage ? tidyBoardPage(body, BOARD_PATH) : body);
  };
  next();
};

function hasBody(headers: {
  'transfer-encoding'?: string | undefined;
  'content-length'?: string | undefined;
}): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Where Bull Board's page finds `baseScript`, below the board. */
const BASE_SCRIPT_PATH = '/base.js';

/**
 * Bull Board's page as it may be shown: it asks no other host (for a font), and it sets no base, which the content
 * security policy forbids as an injected one would be; its own addresses are whole instead.
 */
function tidyBoardPage(html: string, boardPath: string): string {
  return html
    .replaceAll(/<link [^>]*href="(?:https?:)?\/\/[^>]*>/g, '')
    .replaceAll(/ (href|src)="static\//g, ` $1="${boardPath}/static/`)
    .replace(/<base [^>]*>/, `<script src="${boardPath}${BASE_SCRIPT_PATH}"></script>`);
}

/**
 * Bull Board's scripts read where they are from the attribute of a `base`: they find one that is not HTML's, and so
 * changes no address.
 */
function baseScript(boardPath: string): string {
  return `const base = document.createElementNS('http://www.w3.org/2000/svg', 'base');
base.setAttribute('href', '${boardPath}/');
document.head.append(base);
`;
}
