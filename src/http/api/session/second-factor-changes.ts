import { z } from 'zod';
import { newTotpSecret, totpSecretText, totpUri } from '../../../access/second-factor/second-factor-codes.js';
import { sealOffer } from '../../../access/second-factor/second-factor-secret.js';
import { defineRoute, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { endSecondFactor, enrolSecondFactor, renewRecoveryCodes } from './change-second-factor.js';
import { passwordSessionOf } from './session-of.js';
import { codeSchema, offeredFactorSchema, recoveryCodesSchema } from './session-schema.js';

const password = z.string().min(1).max(1_024).describe('The current password.');
const provedSchema = z.strictObject({ password, code: codeSchema });
const enrolSchema = z.strictObject({
  password,
  offer: z.string().min(1).max(1_000).describe('The secret that was offered to this session.'),
  code: codeSchema.describe('A code of the app that has the offered secret.'),
  present: codeSchema.optional().describe('A code of the current second factor, if there is one.'),
});

const shared = { method: 'post', role: 'known', narrowed: 'allowed', tag: 'Session' } as const;
const REPLIES = {
  403: {
    description: '`forbidden`, `no_password`: keys and users of an identity provider have no second factor here.',
  },
  422: { description: '`wrong_password`, `wrong_code`, `offer_expired`.' },
  429: { description: '`sign_in_locked`: too many failed attempts, wait for the time in Retry-After.' },
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
    summary: 'Request a new secret for an authenticator app; it takes effect after a code confirms it',
    replies: {
      200: { description: 'The secret, valid for ten minutes.', schema: offeredFactorSchema },
      403: REPLIES[403],
    },
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
    summary: 'Confirm the offered second factor; all your other sessions end',
    body: { schema: enrolSchema, limitBytes: 16_384 },
    replies: {
      200: {
        description: 'The second factor is set up. The recovery codes are shown only once.',
        schema: recoveryCodesSchema,
      },
      409: { description: '`second_factor_changed`: another session has changed it.' },
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
    summary: 'Create new recovery codes; the earlier ones are no longer valid',
    body: { schema: provedSchema, limitBytes: 16_384 },
    replies: { 200: { description: 'The codes, shown only once.', schema: recoveryCodesSchema }, ...REPLIES },
    handle: (call) => renewRecoveryCodes(deps, call),
  });
}

function end(deps: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'endSecondFactor',
    path: '/session/second-factor/end',
    summary: 'Remove the second factor if none is required; all your other sessions end',
    body: { schema: provedSchema, limitBytes: 16_384 },
    replies: {
      204: { description: 'Ended.' },
      ...REPLIES,
      403: { description: '`second_factor_required`: replace it instead. `forbidden`, `no_password`.' },
    },
    handle: (call) => endSecondFactor(deps, call),
  });
}
