import { DEPARTMENT, USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import type { JsonWorld } from '../../outbound/http-client/json-client.js';
import type { ReadRequest, SourceAdapter, SourceContext } from '../source-adapter.js';
import { checkDingtalk } from './check-dingtalk.js';
import { openDingtalkApi } from './dingtalk-api.js';
import {
  type DingtalkConfig,
  dingtalkConfigSchema,
  type DingtalkCursor,
  dingtalkCursorSchema,
} from './dingtalk-config.js';
import { holdStream } from './hold-stream.js';
import { readChanges } from './read-changes.js';
import { readCompany } from './read-company.js';
import { receiveEvent } from './receive-event.js';

/** Reads users and departments from DingTalk, and receives its events; see docs/sources/dingtalk.md. */
export function dingtalkAdapter(world: JsonWorld): SourceAdapter<DingtalkConfig, DingtalkCursor> {
  const now = () => (world.clock ?? Date).now();
  return {
    type: 'dingtalk',
    title: 'DingTalk',
    configSchema: dingtalkConfigSchema,
    cursorSchema: dingtalkCursorSchema,
    capabilities: { kinds: [DEPARTMENT, USER], modes: ['full', 'delta'], resumable: false },
    requiredKinds: () => [USER, DEPARTMENT],
    check: (context) => checkDingtalk(world, context),
    read: (request, context) => read(world, request, context, new Date(now())),
    hooks: { receive: (request, { config }) => receiveEvent(request, config, now()) },
    stream: {
      isEnabled: ({ events }) => events === 'stream',
      hold: (context, listener) => holdStream(world, context, listener),
    },
  };
}

async function* read(
  world: JsonWorld,
  { mode, hints = [], since }: ReadRequest<DingtalkCursor>,
  { config, signal, unseenIds }: SourceContext<DingtalkConfig>,
  startedAt: Date,
): AsyncGenerator<SourceMessage<DingtalkCursor>> {
  signal.throwIfAborted();
  const api = openDingtalkApi(world, config, signal);
  const asked = { hints, since: since === null ? null : new Date(since.readAt), startedAt, unseenIds };
  try {
    const messages = mode === 'full' ? readCompany(api, config, asked) : readChanges(api, config, asked);
    for await (const message of messages) {
      signal.throwIfAborted();
      yield message;
    }
  } finally {
    await api.close();
  }
}
