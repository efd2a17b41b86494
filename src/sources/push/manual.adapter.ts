import type { HandDecisions } from '../../domain/hand-decisions.js';
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
    read: (request, context) => toEdits(push.read(request, context)),
  };
}

async function* toEdits(messages: AsyncIterable<SourceMessage<Nothing>>): AsyncGenerator<SourceMessage<Nothing>> {
  for await (const message of messages)
    yield message.type === 'records' ? { ...message, records: message.records.map(toEdit) } : message;
}

/** Moves released fields and decisions, which the inbox stores next to the edited fields, to their own places. */
function toEdit({ data, ...record }: SourceRecord): SourceRecord {
  const { released = [], decisions = {}, ...fields } = data as Stored;
  return { ...record, data: fields, released, decisions };
}

/** What the inbox stores next to the fields of an edit. */
interface Stored {
  readonly released?: readonly string[];
  readonly decisions?: HandDecisions;
}
