import { expect, test } from '@jest/globals';
import { join } from 'node:path';
import { SourceRegistry } from '../../src/sources/source-registry.js';
import { loadPlugins } from '../../src/plugins.js';

const EXAMPLE = join(import.meta.dirname, 'lunch-club.mjs');

test('the example plugin adds a source type that can be read to its end', async () => {
  const sources = new SourceRegistry();
  expect(await loadPlugins([EXAMPLE], { sources })).toEqual([]);
  const adapter = sources.find('lunch-club')!;
  const config = adapter.configSchema.parse({ members: { m1: 'Ada' } });
  const context = { sourceId: 'example', config, signal: new AbortController().signal };
  expect(await adapter.check(context)).toEqual({ ok: true });
  const types: string[] = [];
  const request = { taskId: 'example', mode: 'full', since: null, resumeFrom: null } as const;
  for await (const message of adapter.read(request, context)) types.push(message.type);
  expect(types).toEqual(['records', 'complete']);
});
