import { z } from 'zod';
import { SourceConfigError, SourceReadError } from '../../domain/errors.js';
import { createJsonClient, type JsonWorld } from '../../outbound/http-client/json-client.js';
import { identityOf, NEW_HOST } from './dingtalk-api.js';
import { classifyAnswer, DingtalkApiError } from './classify-answer.js';
import type { DingtalkConfig } from './dingtalk-config.js';

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
