import { z } from 'zod';
import { parseJson } from '../../outbound/http-client/parse-json.js';
import { eventIds, hintsOfEvent } from './receive-event.js';
import type { Hint } from '../source-adapter.js';

/**
 * The frames of a Stream connection: JSON in text messages, with JSON as text in `data` (open-dingtalk/developerpedia,
 * docs/learn/stream/protocol.md).
 */
const frame = z.looseObject({
  type: z.string(),
  headers: z.looseObject({
    topic: z.string().optional(),
    messageId: z.string().optional(),
    eventType: z.string().optional(),
  }),
  data: z.string().optional(),
});

/** Unlike in callbacks, names begin with small letters, and the type is in the headers. */
const eventData = z.looseObject({ userId: eventIds.optional(), deptId: eventIds.optional() });

/** A message of the gateway, with the fields that are used. */
export type StreamFrame =
  | { readonly is: 'event'; readonly messageId: string; readonly hints: readonly Hint[] }
  /** A ping: the answer must contain the same data. */
  | { readonly is: 'ping'; readonly messageId: string; readonly data: string }
  /** The gateway ends the connection in ten seconds, and sends nothing more over it. */
  | { readonly is: 'disconnect' }
  /** An unknown topic; `messageId` is null if it requires no answer. */
  | { readonly is: 'other'; readonly messageId: string | null };

/** Reads a message; null if it is not one. */
export function readFrame(text: string): StreamFrame | null {
  const parsed = frame.safeParse(readJson(text));
  if (!parsed.success) return null;
  const { type, headers, data = '' } = parsed.data;
  const { topic, messageId = '' } = headers;
  if (type === 'EVENT') return { is: 'event', messageId, hints: hintsOf(headers.eventType ?? '', data) };
  if (type === 'SYSTEM' && topic === 'ping') return { is: 'ping', messageId, data };
  if (type === 'SYSTEM' && topic === 'disconnect') return { is: 'disconnect' };
  return { is: 'other', messageId: type === 'SYSTEM' || messageId === '' ? null : messageId };
}

/** The reply to a ping: the same data. */
export const pong = ({ messageId, data }: { readonly messageId: string; readonly data: string }): string =>
  answer(messageId, { code: 200, message: 'OK', data });

/** The reply that an event is stored (`SUCCESS`), or that it must be sent again (`LATER`). */
export const eventAck = (messageId: string, status: 'SUCCESS' | 'LATER'): string =>
  answer(messageId, { code: 200, message: 'OK', data: JSON.stringify({ status, message: status.toLowerCase() }) });

/** The reply to an unknown topic. */
export const unknownTopic = (messageId: string): string =>
  answer(messageId, { code: 404, message: 'not found', data: '{"response":null}' });

function answer(messageId: string, content: { code: number; message: string; data: string }): string {
  return JSON.stringify({ ...content, headers: { messageId, contentType: 'application/json' } });
}

function hintsOf(type: string, text: string): readonly Hint[] {
  const parsed = eventData.safeParse(readJson(text));
  if (!parsed.success) return [];
  return hintsOfEvent({ type, users: parsed.data.userId, departments: parsed.data.deptId });
}

function readJson(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
