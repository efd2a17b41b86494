import { z } from 'zod';
import { newTotpSecret, totpSecretText, totpUri } from '../../../access/second-factor/totp.js';
import { sealOffer } from '../../../access/second-factor/second-factor-secret.js';
import { defineRoute, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { endSecondFactor, enrolSecondFactor, renewRecoveryCodes } from './change-second-factor.js';
import { passwordSessionOf } from './session-of.js';
import { codeSchema, offeredFactorSchema, recoveryCodesSchema } from './session-schema.js';

const password = z.string().min(1).max(1_024).describe('The password that holds now.');
const provedSchema = z.strictObject({ password, code: codeSchema });
const enrolSchema = z.strictObject({
  password,
  offer: z.string().min(1).max(1_000).describe('As it was offered to this session.'),
  code: codeSchema.describe('A code of the app that has the offered secret.'),
  present: codeSchema.optional().describe('A code of the second factor that holds now, where there is one.'),
});

const shared = { method: 'post', role: 'known', narrowed: 'allowed', tag: 'Session' } as const;
const REPLIES = {
  403: { description: '`forbidden`, `no_password`: keys and people of a provider have none here.' },
  422: { description: '`wrong_password`, `wrong_code`, `offer_expired`.' },
  429: { description: '`sign_in_locked`: too many failed tries, wait as Retry-After says.' },
} as const;

/** How a person changes the own second factor: password and code are asked for again (ASVS 7.5.1). */
export function secondFactorChangeRoutes(deps: HttpDeps): readonly Route[] {
  return [offer(deps), enrol(deps), renew(deps), end(deps)];
}

function offer({ keyring }: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'offerSecondFactor',
    path: '/session/second-factor/offer',
    duties: ['enrol_second_factor'],
    summary: 'A new secret for an authenticator app; it is in force when a code proves it',
    replies: { 200: { description: 'Offered for ten minutes.', schema: offeredFactorSchema }, 403: REPLIES[403] },
    handle({ principal }) {
      const session = passwordSessionOf(principal);
      const secret = newTotpSecret();
      const sealed = sealOffer(keyring, secret, { session: session.hash, nowMs: Date.now() });
      const shown = { secret: totpSecretText(secret), uri: totpUri(secret, principal.name) };
      return { status: 200, body: { ...shown, offer: sealed.offer, expiresAt: sealed.expiresAt.toISOString() } };
    },
  });
}

function enrol(deps: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'enrolSecondFactor',
    path: '/session/second-factor/enrol',
    duties: ['enrol_second_factor'],
    summary: 'Put the offered second factor in force; every other session of yours ends',
    body: { schema: enrolSchema, limitBytes: 16_384 },
    replies: {
      200: { description: 'In force. The recovery codes are shown this once.', schema: recoveryCodesSchema },
      409: { description: '`second_factor_changed`: by another session, meanwhile.' },
      ...REPLIES,
    },
    handle: (call) => enrolSecondFactor(deps, call),
  });
}

function renew(deps: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'renewRecoveryCodes',
    path: '/session/second-factor/recovery-codes',
    summary: 'New recovery codes; the former ones are worth nothing any more',
    body: { schema: provedSchema, limitBytes: 16_384 },
    replies: { 200: { description: 'They are shown this once.', schema: recoveryCodesSchema }, ...REPLIES },
    handle: (call) => renewRecoveryCodes(deps, call),
  });
}

function end(deps: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'endSecondFactor',
    path: '/session/second-factor/end',
    summary: 'End the second factor, where none is required; every other session of yours ends',
    body: { schema: provedSchema, limitBytes: 16_384 },
    replies: {
      204: { description: 'Ended.' },
      ...REPLIES,
      403: { description: '`second_factor_required`: replace it instead. `forbidden`, `no_password`.' },
    },
    handle: (call) => endSecondFactor(deps, call),
  });
}
