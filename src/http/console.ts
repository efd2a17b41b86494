import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type RequestHandler, Router } from 'express';
import helmet from 'helmet';
import { PAGE_CSP } from './core/page-csp.js';
import { contextOf } from './core/request-context.js';

/** Paths of the API and its neighbours: what is not there must answer 404, never the console's page. */
const NOT_PAGES = /^\/(api|admin|hooks|scim|assets|healthz|readyz|metrics)(\/|$)/;

const NOT_BUILT = 'Rollcall is running. The console is not built: run "npm run build". API documentation: /api/docs\n';

/** Where `npm run build` puts the console, seen from the sources and from the compiled server, both run in place. */
export function findConsole(): string {
  const fromSources = fileURLToPath(new URL('../../dist/console', import.meta.url));
  const fromCompiled = fileURLToPath(new URL('../../console', import.meta.url));
  return existsSync(join(fromCompiled, 'assets')) ? fromCompiled : fromSources;
}

/** Serves the built console: its files, and its page for every address that a person may open. */
export function serveConsole(folder: string): Router {
  const router = Router();
  const page = join(folder, 'index.html');
  router.use('/assets', tell('/assets'), express.static(join(folder, 'assets'), { ...HASHED, fallthrough: true }));
  router.get('/favicon.svg', tell('/favicon.svg'), express.static(folder, { index: false, maxAge: '1d' }));
  router.use(forPages, helmet.contentSecurityPolicy(PAGE_CSP), (_request, response, next) => {
    response.setHeader('Cache-Control', 'no-cache');
    if (!existsSync(page)) response.type('text/plain').send(NOT_BUILT);
    else response.sendFile(page, (error) => error && next(error));
  });
  return router;
}

/** A file's name changes with its content. */
const HASHED = { index: false, immutable: true, maxAge: '1y' } as const;

/** Lets through only what a browser asks for when a person opens an address. */
const forPages: RequestHandler = (request, _response, next) => {
  const isPage = request.method === 'GET' && request.accepts(['json', 'html']) === 'html';
  if (!isPage || NOT_PAGES.test(request.path)) return next('router');
  contextOf(request).route = '/';
  next();
};

function tell(route: string): RequestHandler {
  return (request, _response, next) => {
    contextOf(request).route = route;
    next();
  };
}
