import helmet from 'helmet';
import swaggerUi from 'swagger-ui-express';
import { OpenApiGeneratorV31, OpenAPIRegistry, type ResponseConfig } from '@asteasolutions/zod-to-openapi';
import type { z } from 'zod';
import type { ReplySpec, Route } from '../core/define-route.js';
import { problemSchema } from '../core/problem.js';
import { Router } from 'express';
import { contextOf } from '../core/request-context.js';
import { PAGE_CSP } from '../core/page-csp.js';

const DESCRIPTION = `Rollcall keeps users and departments in sync with their source systems.

Errors are RFC 9457 problems with a stable \`code\`. Lists answer \`items\` and \`nextCursor\`. Times are ISO 8601 UTC.`;

/** A group of routes and what stands before their paths. */
export interface MountedRoutes {
  readonly prefix: string;
  readonly routes: readonly Route[];
}

/** Describes routes as OpenAPI 3.1, from the very schemas that check their requests. */
function describeApi(groups: readonly MountedRoutes[]) {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'apiKey', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key: `rck_…`.',
  });
  for (const { prefix, routes } of groups) for (const route of routes) describeRoute(registry, prefix, route);
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: { title: 'Rollcall', version: '1', description: DESCRIPTION },
    servers: [{ url: '/' }],
  });
}

function describeRoute(registry: OpenAPIRegistry, prefix: string, route: Route): void {
  registry.registerPath({
    method: route.method,
    path: prefix + route.path,
    // Probes find the same routes at the root as well; ids are unique.
    operationId: prefix === '' ? `${route.id}AtRoot` : route.id,
    tags: [route.tag],
    summary: route.summary,
    description: `Role: ${route.role}.`,
    security: route.role === 'open' ? [] : [{ apiKey: [] }],
    request: {
      ...(route.params ? { params: route.params as z.ZodObject } : {}),
      ...(route.query ? { query: route.query as z.ZodObject } : {}),
      ...bodyOf(route),
    },
    responses: repliesOf(route),
  });
}

function bodyOf({ body }: Route) {
  if (!body) return {};
  const lines = {
    'application/x-ndjson': { schema: { type: 'string' as const, description: 'One record per line.' } },
  };
  const content = { 'application/json': { schema: body.schema }, ...(body.ofLines ? lines : {}) };
  return { body: { content, required: body.required ?? true } };
}

function repliesOf(route: Route): Record<string, ResponseConfig> {
  const own = Object.entries(route.replies).map(([status, spec]) => [status, replyOf(Number(status), spec)]);
  return { ...sharedReplies(route), ...Object.fromEntries(own) } as Record<string, ResponseConfig>;
}

function sharedReplies(route: Route): Record<string, ResponseConfig> {
  const problem = (description: string) => replyOf(500, { description });
  return {
    ...(route.query ? { 400: problem('`invalid_request`, `invalid_text`.') } : {}),
    ...(route.role === 'open'
      ? {}
      : {
          401: problem('`unauthenticated`: no valid key.'),
          403: problem('`forbidden`: the key has no permission for this request.'),
          429: problem(`${limitsOf(route)}: wait for the time in Retry-After.`),
        }),
    ...(route.params ? { 404: problem(`\`${route.missing ?? 'not_found'}\`.`) } : {}),
    ...(route.body ? { 422: problem('`invalid_request`, `invalid_text`.') } : {}),
    default: problem('Any other error.'),
  };
}

/** The codes of the limits that a route can meet. */
function limitsOf({ body, staysOpen }: Route): string {
  const codes = ['rate_limited', ...(body ? ['too_much_in_flight'] : []), ...(staysOpen ? ['too_many_open'] : [])];
  return codes.map((code) => `\`${code}\``).join(', ');
}

function replyOf(status: number, { description, schema, contentType }: ReplySpec): ResponseConfig {
  if (schema) return { description, content: { [contentType ?? 'application/json']: { schema } } };
  if (contentType) return { description, content: { [contentType]: { schema: { type: 'string' } } } };
  if (status < 400) return { description };
  return { description, content: { 'application/problem+json': { schema: problemSchema } } };
}

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
