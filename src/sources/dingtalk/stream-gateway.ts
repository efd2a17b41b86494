import { z } from 'zod';
import { SourceConfigError, SourceReadError } from '../../domain/errors.js';
import { createJsonClient, type JsonWorld } from '../../outbound/http-client/json-client.js';
import { identityOf, NEW_HOST } from './dingtalk-api.js';
import { classifyAnswer, DingtalkApiError } from './classify-answer.js';
import type { DingtalkConfig } from './dingtalk-config.js';
import { parseJson } from '../../outbound/http-client/parse-json.js';
import { eventIds, hintsOfEvent } from './receive-event.js';
import type { Hint } from '../source-adapter.js';

/**
 * The messages that the gateway sends. The events are selected on the page of the app; the request cannot select them.
 */
const SUBSCRIPTIONS = [{ type: 'EVENT', topic: '*' }];

const opened = z.looseObject({ endpoint: z.url({ protocol: /^wss?$/ }), ticket: z.string().min(1) });

/**
 * Requests an address for a connection from DingTalk's gateway.
 * @returns the address with its ticket, which is valid for one connection within 90 s; never log it
 * @throws SourceAuthError for a wrong key, SourceConfigError if the app may not use Stream, and the errors of any call
 */
export async function openGateway(world: JsonWorld, config: DingtalkConfig, signal: AbortSignal): Promise<string> {
  const { appKey: clientId, appSecret: clientSecret, newBaseUrl: baseUrl = NEW_HOST } = config;
  const client = createJsonClient(world, { ...identityOf(config), baseUrl, classify: classifyAnswer, signal });
  try {
    const body = { clientId, clientSecret, subscriptions: SUBSCRIPTIONS, ua: 'rollcall/1' };
    const path = '/v1.0/gateway/connections/open';
    const answer = await client.call({ api: 'gateway/connections/open', method: 'POST', path, body });
    return addressIn(answer.body);
  } catch (error) {
    if (error instanceof DingtalkApiError) throw refused(error);
    throw error;
  } finally {
    await client.close();
  }
}

function addressIn(body: unknown): string {
  const parsed = opened.safeParse(body);
  if (!parsed.success) throw new SourceReadError('gateway/connections/open returns neither endpoint nor ticket.');
  const url = new URL(parsed.data.endpoint);
  url.searchParams.set('ticket', parsed.data.ticket);
  return url.href;
}

function refused(cause: DingtalkApiError): SourceConfigError {
  const advice = 'choose Stream mode under Event subscription of the app and publish it';
  return new SourceConfigError(`DingTalk opens no Stream connection for this app: ${advice}. ${cause.message}`, {
    cause,
  });
}

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
