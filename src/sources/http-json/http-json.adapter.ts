import { z } from 'zod';
import { DEPARTMENT, USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import type { JsonWorld } from '../../outbound/http-client/json-client.js';
import type { CheckResult, SourceAdapter, SourceContext } from '../source-adapter.js';
import { checkApi } from './check-api.js';
import { type HttpJsonOptions, httpJsonOptions } from './http-json-options.js';
import { openApi } from './open-api.js';
import { readApi } from './read-api.js';

const noCursor = z.strictObject({});

type NoCursor = z.infer<typeof noCursor>;

const CHECK_MS = 8_000;

/** Reads users and departments from any API that answers JSON, as its options describe it. */
export function httpJsonAdapter(world: JsonWorld): SourceAdapter<HttpJsonOptions, NoCursor> {
  return {
    type: 'http-json',
    title: 'JSON API (HTTP)',
    configSchema: httpJsonOptions,
    cursorSchema: noCursor,
    capabilities: { kinds: [USER, DEPARTMENT], modes: ['full'], resumable: false },
    requiredKinds: ({ users, departments }) => [...(users ? [USER] : []), ...(departments ? [DEPARTMENT] : [])],
    check: (context) => check(world, context),
    read: (_, context) => read(world, context),
  };
}

async function check(world: JsonWorld, { config, signal }: SourceContext<HttpJsonOptions>): Promise<CheckResult> {
  const limit = AbortSignal.timeout(CHECK_MS);
  const client = openApi(world, config, AbortSignal.any([signal, limit]));
  try {
    return await checkApi(client, config);
  } catch (error) {
    if (!limit.aborted || signal.aborted) throw error;
    return { ok: false, code: 'source_unavailable', hint: `The API did not answer within ${CHECK_MS / 1_000} s.` };
  } finally {
    await client.close();
  }
}

async function* read(
  world: JsonWorld,
  { config, signal, unseenIds }: SourceContext<HttpJsonOptions>,
): AsyncGenerator<SourceMessage<NoCursor>> {
  signal.throwIfAborted();
  const client = openApi(world, config, signal);
  try {
    for await (const message of readApi(client, config, unseenIds)) {
      signal.throwIfAborted();
      yield message;
    }
  } finally {
    await client.close();
  }
}
