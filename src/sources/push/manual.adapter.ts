import { MANUAL_SOURCE } from '../../domain/manual-source.js';
import type { SourceRecord } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import type { SourceAdapter } from '../source-adapter.js';
import { pushAdapter } from './push.adapter.js';
import type { PushInbox } from './push-inbox.js';

type Nothing = Readonly<Record<string, never>>;

/** Reads the built-in source `manual` (R51): its records wait in the inbox like pushed records. */
export function manualAdapter(deps: { readonly inbox: PushInbox }): SourceAdapter<Nothing, Nothing> {
  const push = pushAdapter(deps);
  const { type, title } = MANUAL_SOURCE;
  return {
    ...push,
    type,
    title,
    check: () =>
      Promise.resolve({ ok: true, hint: 'Fields are edited at PATCH /api/v1/users/{id} and /departments/{id}.' }),
    read: (request, context) => withReleases(push.read(request, context)),
  };
}

async function* withReleases(messages: AsyncIterable<SourceMessage<Nothing>>): AsyncGenerator<SourceMessage<Nothing>> {
  for await (const message of messages)
    yield message.type === 'records' ? { ...message, records: message.records.map(toEdit) } : message;
}

/** Moves the names of released fields, which the inbox stores next to the edited fields, to their own place. */
function toEdit({ data, ...record }: SourceRecord): SourceRecord {
  const { released = [], ...fields } = data as { readonly released?: readonly string[] };
  return { ...record, data: fields, released };
}
