import express, { type Express, type RequestHandler, Router } from 'express';
import helmet from 'helmet';
import { apiDocs } from './api-docs.js';
import { apiRoutes } from './api-routes.js';
import { type Authenticator, createAuthenticator } from './auth/authenticator.js';
import { BOARD_PATH, bullBoard } from './bull-board.js';
import { findConsole, serveConsole } from './console.js';
import type { HttpDeps } from './http-deps.js';
import { DEFAULT_RATE_LIMITS } from './limit-rate.js';
import { logRequests } from './log-requests.js';
import { mountRoutes } from './mount-routes.js';
import { answerWithEnvelope } from './nocobase/envelope.js';
import type { MountedRoutes } from './openapi.js';
import { API_CSP, PAGE_CSP } from './page-csp.js';
import { NO_TRACING } from '../platform/tracing.js';
import { answerWithProblem, sendProblem } from './problem.js';
import { traceRequests } from './trace-requests.js';
import { SIGN_IN_PATH, signInPage } from './sign-in-page.js';

/** Builds the API: everything is mounted here, and nothing without a role but health and documents. */
export function createApp(deps: HttpDeps): Express {
  const app = express();
  const authenticator = createAuthenticator(deps);
  const { v1, system, userData, hooks } = apiRoutes(deps, authenticator);
  prepare(app, deps);
  app.use('/api', noStore);
  app.use('/api', apiDocs([v1, system, userData, hooks]));
  app.use(v1.prefix, mount(deps, authenticator, v1));
  app.use('/api', userDataApi(deps, authenticator, userData));
  app.use(hooks.prefix, noStore, mount(deps, authenticator, hooks));
  app.use(mount(deps, authenticator, system));
  app.use(SIGN_IN_PATH, signInPage());
  app.use(BOARD_PATH, helmet.contentSecurityPolicy(PAGE_CSP), board(deps, authenticator));
  app.use(serveConsole(deps.settings.consoleFolder ?? findConsole()));
  app.use((_request, response) =>
    sendProblem(response, { status: 404, code: 'not_found', message: 'There is nothing here.' }),
  );
  app.use(answerWithProblem(deps.logger));
  return app;
}

function prepare(app: Express, { logger, settings, tracing = NO_TRACING }: HttpDeps): void {
  app.disable('x-powered-by');
  app.disable('etag');
  if (settings.trustProxy !== null) app.set('trust proxy', readTrustProxy(settings.trustProxy));
  app.use(logRequests(logger));
  app.use(traceRequests(tracing));
  app.use(helmet({ contentSecurityPolicy: API_CSP }));
}

/** Express knows a number of proxies, and lists of addresses; a variable has only text. */
function readTrustProxy(text: string): boolean | number | string {
  if (text === 'false') return false;
  return /^\d+$/.test(text) ? Number(text) : text;
}

const noStore: RequestHandler = (_request, response, next) => {
  response.setHeader('Cache-Control', 'no-store');
  next();
};

function mount({ settings }: HttpDeps, authenticator: Authenticator, { routes, prefix }: MountedRoutes): Router {
  const rateLimits = settings.rateLimits ?? DEFAULT_RATE_LIMITS;
  return mountRoutes(routes, { authenticator, publicUrl: settings.publicUrl ?? null, prefix, rateLimits });
}

function board({ queue, settings }: HttpDeps, authenticator: Authenticator): Router {
  const { publicUrl = null } = settings;
  return bullBoard(queue.board, { authenticator, publicUrl, signInPath: SIGN_IN_PATH });
}

function userDataApi(deps: HttpDeps, authenticator: Authenticator, group: MountedRoutes): Router {
  const router = Router();
  router.use(mount(deps, authenticator, group), answerWithEnvelope(deps.logger));
  return router;
}
