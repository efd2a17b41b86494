import { DEPARTMENT, USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import type { JsonWorld } from '../../outbound/http-client/json-client.js';
import type { ReadRequest, SourceAdapter, SourceContext } from '../source-adapter.js';
import { checkFeishu } from './check-feishu.js';
import { openFeishuApi } from './feishu-api.js';
import { type FeishuConfig, feishuConfigSchema, type FeishuCursor, feishuCursorSchema } from './feishu-config.js';
import { readCompany } from './read-company.js';
import { readHints } from './read-hints.js';
import { receiveEvent } from './receive-event.js';

/** Reads users and departments from Feishu or Lark, and receives their events; see docs/sources/feishu.md. */
export function feishuAdapter(world: JsonWorld): SourceAdapter<FeishuConfig, FeishuCursor> {
  return {
    type: 'feishu',
    title: 'Feishu / Lark',
    configSchema: feishuConfigSchema,
    cursorSchema: feishuCursorSchema,
    capabilities: { kinds: [DEPARTMENT, USER], modes: ['full', 'delta'], resumable: false },
    requiredKinds: () => [USER, DEPARTMENT],
    check: (context) => checkFeishu(world, context),
    read: (request, context) => read(world, request, context),
    hooks: { receive: (request, { config }) => receiveEvent(request, config, (world.clock ?? Date).now()) },
  };
}

async function* read(
  world: JsonWorld,
  { mode, hints = [] }: ReadRequest<FeishuCursor>,
  { config, signal, unseenIds }: SourceContext<FeishuConfig>,
): AsyncGenerator<SourceMessage<FeishuCursor>> {
  signal.throwIfAborted();
  const api = openFeishuApi(world, config, signal);
  try {
    const messages = mode === 'full' ? readCompany(api, config, unseenIds) : readHints(api, config, hints);
    for await (const message of messages) {
      signal.throwIfAborted();
      yield message;
    }
  } finally {
    await api.close();
  }
}
