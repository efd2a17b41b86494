import { z } from 'zod';
import { DEPARTMENT, USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { systemClock } from '../../outbound/http-client/clock.js';
import type { JsonWorld } from '../../outbound/http-client/json-client.js';
import type { CheckResult, ReadRequest, SourceAdapter, SourceContext } from '../source-adapter.js';
import { type Access, withAccess } from './find-user.js';
import { checkWecom } from './check-wecom.js';
import { readExport } from './read-export.js';
import { readFull } from './read-full.js';
import { readHints } from './read-hints.js';
import { receiveCallback } from './receive-callback.js';
import { type WecomOptions, wecomOptions } from './wecom-options.js';

const noCursor = z.strictObject({});

type NoCursor = z.infer<typeof noCursor>;

/** Reads members and departments from WeCom (企业微信), and receives its callbacks. */
export function wecomAdapter(world: JsonWorld): SourceAdapter<WecomOptions, NoCursor> {
  const now = () => (world.clock ?? systemClock).now();
  return {
    type: 'wecom',
    title: 'WeCom (企业微信)',
    configSchema: wecomOptions,
    cursorSchema: noCursor,
    capabilities: { kinds: [USER, DEPARTMENT], modes: ['full', 'delta'], resumable: false },
    requiredKinds: () => [USER, DEPARTMENT],
    check: (context) => check(world, context),
    read: (request, context) => read(world, request, context),
    hooks: { receive: (request, { config }) => receiveCallback(request, config, now()) },
  };
}

const CHECK_MS = 8_000;

async function check(world: JsonWorld, { config, signal }: SourceContext<WecomOptions>): Promise<CheckResult> {
  const limit = AbortSignal.timeout(CHECK_MS);
  const within = { options: config, signal: AbortSignal.any([signal, limit]) };
  const work = async function* (access: Access) {
    yield await checkWecom(access, config);
  };
  try {
    for await (const answer of withAccess(world, within, work)) return answer;
  } catch (error) {
    if (!limit.aborted || signal.aborted) throw error;
  }
  return { ok: false, code: 'source_unavailable', hint: `WeCom did not answer within ${CHECK_MS / 1_000} s.` };
}

async function* read(
  world: JsonWorld,
  { mode, hints = [] }: ReadRequest<NoCursor>,
  { config, signal, unseenIds }: SourceContext<WecomOptions>,
): AsyncGenerator<SourceMessage<NoCursor>> {
  yield* withAccess(world, { options: config, signal }, (access) => {
    if (mode === 'delta') return readHints(access, config, hints);
    if (config.read === 'walk') return readFull(access, config, unseenIds);
    return readExport({ world, access, options: config, signal });
  });
  yield { type: 'checkpoint', cursor: {} };
}
