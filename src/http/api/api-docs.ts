import { Router } from 'express';
import helmet from 'helmet';
import swaggerUi from 'swagger-ui-express';
import { describeApi, type MountedRoutes } from './openapi.js';
import { contextOf } from '../core/request-context.js';
import { PAGE_CSP } from '../core/page-csp.js';

/** The OpenAPI document and a page to read it, without anything from another host. */
export function apiDocs(groups: readonly MountedRoutes[]): Router {
  const document = describeApi(groups);
  const router = Router();
  router.get('/openapi.json', (request, response) => {
    contextOf(request).route = '/api/openapi.json';
    response.json(document);
  });
  const page = swaggerUi.setup(undefined, {
    customSiteTitle: 'Rollcall API',
    swaggerOptions: { url: '/api/openapi.json', validatorUrl: null },
  });
  router.use('/docs', helmet.contentSecurityPolicy(PAGE_CSP), swaggerUi.serve, page);
  return router;
}
