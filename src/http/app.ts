import express, { type Express, type RequestHandler, Router } from 'express';
import helmet from 'helmet';
import { apiDocs, type MountedRoutes } from './api/openapi.js';
import { apiRoutes } from './api/api-routes.js';
import { type Authenticator, createAuthenticator } from '../access/authenticator.js';
import { AnswerSlots, DEFAULT_SLOT_LIMITS } from './core/answer-slots.js';
import { BodyBudget, DEFAULT_BODY_LIMITS } from './core/body-budget.js';
import { BOARD_PATH, bullBoard } from './board/bull-board.js';
import { findConsole, serveConsole } from './console.js';
import { closeQueued } from './core/connections.js';
import type { HttpDeps } from './core/http-deps.js';
import { DEFAULT_RATE_LIMITS } from './core/limit-rate.js';
import { logRequests, traceRequests } from './core/request-context.js';
import { type MountOptions, mountRoutes } from './core/mount-routes.js';
import { answerWithEnvelope } from './nocobase/push-answer.js';
import { API_CSP, PAGE_CSP } from './core/page-csp.js';
import { NO_TRACING } from '../platform/tracing.js';
import { answerWithProblem, sendProblem } from './core/problem.js';
import { SIGN_IN_PATH, signInPage } from './board/sign-in-page.js';

/** Builds the API: everything is mounted here, and nothing without a role but health and documents. */
export function createApp(deps: HttpDeps): Express {
  const app = express();
  const authenticator = createAuthenticator(deps);
  const { v1, system, userData, hooks } = apiRoutes(deps, authenticator);
  const { bodyLimits = DEFAULT_BODY_LIMITS, slotLimits = DEFAULT_SLOT_LIMITS } = deps.settings;
  const parts = { authenticator, budget: new BodyBudget(bodyLimits), slots: new AnswerSlots(slotLimits) };
  prepare(app, deps);
  app.use('/api', noStore);
  app.use('/api', apiDocs([v1, system, userData, hooks]));
  app.use(v1.prefix, mount(deps, parts, v1));
  app.use('/api', userDataApi(deps, parts, userData));
  app.use(hooks.prefix, noStore, mount(deps, parts, hooks));
  app.use(mount(deps, parts, system));
  app.use(SIGN_IN_PATH, signInPage());
  app.use(BOARD_PATH, helmet.contentSecurityPolicy(PAGE_CSP), board(deps, authenticator));
  app.use(serveConsole(deps.settings.consoleFolder ?? findConsole()));
  app.use((_request, response) => sendProblem(response, { status: 404, code: 'not_found', message: 'Not found.' }));
  app.use(answerWithProblem(deps.logger));
  return app;
}

function prepare(app: Express, { logger, settings, tracing = NO_TRACING }: HttpDeps): void {
  app.disable('x-powered-by');
  app.disable('etag');
  if (settings.trustProxy !== null) app.set('trust proxy', readTrustProxy(settings.trustProxy));
  app.use(closeQueued());
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

/** What all routes share. */
type Shared = Pick<MountOptions, 'authenticator' | 'budget' | 'slots'>;

function mount({ settings }: HttpDeps, shared: Shared, { routes, prefix }: MountedRoutes): Router {
  const rateLimits = settings.rateLimits ?? DEFAULT_RATE_LIMITS;
  return mountRoutes(routes, { ...shared, publicUrl: settings.publicUrl ?? null, prefix, rateLimits });
}

function board({ queue, settings }: HttpDeps, authenticator: Authenticator): Router {
  const { publicUrl = null } = settings;
  return bullBoard(queue.board, { authenticator, publicUrl, signInPath: SIGN_IN_PATH });
}

function userDataApi(deps: HttpDeps, shared: Shared, group: MountedRoutes): Router {
  const router = Router();
  router.use(mount(deps, shared, group), answerWithEnvelope(deps.logger));
  return router;
}
