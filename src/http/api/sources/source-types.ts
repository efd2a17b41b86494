import { z } from 'zod';
import type { SourceAdapter } from '../../../sources/source-adapter.js';
import { defineRoute, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';

const typeSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    capabilities: z.object({
      kinds: z.array(z.string()),
      modes: z.array(z.enum(['full', 'delta'])),
      resumable: z.boolean(),
    }),
    configSchema: z.record(z.string(), z.unknown()).describe('JSON Schema; secrets are `writeOnly`.'),
  })
  .meta({ id: 'SourceType' });

/** The types of sources that can be made, with what their options look like. */
export function sourceTypesRoute({ sources }: HttpDeps): Route {
  return defineRoute({
    id: 'listSourceTypes',
    method: 'get',
    path: '/source-types',
    role: 'viewer',
    narrowed: 'allowed',
    tag: 'Sources',
    summary: 'List source types with the schema of their options',
    replies: { 200: { description: 'All source types.', schema: z.object({ items: z.array(typeSchema) }) } },
    handle: () => ({ status: 200, body: { items: sources.list().map(viewType) } }),
  });
}

function viewType({ type, title, capabilities, configSchema }: SourceAdapter) {
  return { type, title, capabilities, configSchema: toJsonSchema(configSchema) };
}

/** A secret is written, never read: marked so, and without a default or example that might be one. */
function toJsonSchema(schema: z.ZodType) {
  return z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override({ jsonSchema }) {
      if (jsonSchema['secret'] !== true && jsonSchema.writeOnly !== true) return;
      delete jsonSchema['secret'];
      delete jsonSchema.default;
      delete jsonSchema.examples;
      jsonSchema.writeOnly = true;
    },
  });
}
