import { type ApiHarness, startApi } from '../../testing/worlds/api-harness.js';
import { apiRoutes } from './api-routes.js';
import { createAuthenticator } from '../../access/authenticator.js';

/** The parts of a document that the tests look at. */
interface Document {
  readonly openapi: string;
  readonly components: { readonly schemas: Record<string, unknown> };
  readonly paths: Record<string, Record<string, Operation>>;
}

interface Operation {
  readonly operationId: string;
  readonly security: unknown[];
  readonly parameters?: { readonly in: string; readonly name: string }[];
  readonly responses: Record<string, unknown>;
}

let api: ApiHarness;
let document: Document;

beforeAll(async () => {
  api = await startApi();
  document = (await api.anonymous().get('/api/openapi.json')).body as Document;
});
afterAll(() => api.stop());

test('the document is OpenAPI 3.1 and has every route, and only those', () => {
  expect(document.openapi).toBe('3.1.0');
  const { v1, system, userData, hooks } = apiRoutes(api.deps, createAuthenticator(api.deps));
  const mounted = [v1, system, userData, hooks].flatMap(({ prefix, routes }) =>
    routes.map(({ method, path }) => `${method} ${prefix}${path}`),
  );
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  expect(described.sort()).toEqual(mounted.sort());
});

test('every operation has an id of its own, answers, and its path parameters', () => {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.values(methods).map((operation) => ({ path, operation })),
  );
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { path, operation } of operations) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const described = (operation.parameters ?? []).filter((one) => one.in === 'path').map((one) => one.name);
    expect([path, described]).toEqual([path, named]);
    expect(Object.keys(operation.responses).length).toBeGreaterThan(1);
    expect(operation.security.length === 0 || 'apiKey' in (operation.security[0] as object)).toBe(true);
  }
});

test('every reference leads somewhere, and nothing in it is a key or a secret', () => {
  const text = JSON.stringify(document);
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g))
    expect(document.components.schemas).toHaveProperty(name!);
  expect(text).not.toMatch(/rck_[0-9a-f]|"examples?":/);
});

test('the page to read it loads nothing from another host', async () => {
  const page = await fetch(`${api.baseUrl}/api/docs/`);
  const html = await page.text();
  expect(page.status).toBe(200);
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
  expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
  const script = await fetch(`${api.baseUrl}/api/docs/swagger-ui-init.js`);
  expect(await script.text()).toContain('/api/openapi.json');
  expect((await fetch(`${api.baseUrl}/api/docs/swagger-ui-bundle.js`)).status).toBe(200);
});
