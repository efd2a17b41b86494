import { z } from 'zod';
import { DUTIES } from '../../../access/sessions/duty.js';
import { ROLES } from '../../../access/accounts/principal.js';

const csrfToken = z.string().describe('Send this as `X-CSRF-Token` with every request that changes data.');
const role = z.enum(ROLES);
const owes = z
  .enum(DUTIES)
  .nullable()
  .describe('The step that must be completed before any other request: see docs/api.md, sessions. null = none.');
const person = z.object({ id: z.uuid(), username: z.string(), role, via: z.enum(['password', 'oidc']) });

/** What signing in answers. */
export const signedInSchema = z
  .object({
    user: person,
    csrfToken,
    expiresAt: z.iso.datetime().describe('When the session ends; earlier if it is not used.'),
    owes,
  })
  .meta({ id: 'SignedIn' });

const key = z.object({
  keyId: z.uuid(),
  name: z.string(),
  role,
  via: z.literal('key'),
  sourceId: z.uuid().optional().describe('The only source that the key can access.'),
  pushOnly: z.literal(true).optional(),
});

/** Who calls. */
export const callerSchema = z
  .object({
    user: z.union([person, key]),
    csrfToken: csrfToken.nullable().describe('null for a key, which needs none.'),
    expiresAt: z.iso.datetime().nullable(),
    owes,
  })
  .meta({ id: 'Caller' });

/** A code of the authenticator app, or a recovery code, as typed. */
export const codeSchema = z.string().min(1).max(100).describe('Six digits of the app, or a recovery code.');

/** How a person's second factor stands. */
export const secondFactorSchema = z
  .object({
    required: z.boolean().describe('Whether all users with a password must have one.'),
    since: z.iso.datetime().nullable().describe('null = there is none.'),
    recoveryCodesLeft: z.int(),
  })
  .meta({ id: 'SecondFactor' });

/** A secret for an authenticator app, not yet in force. */
export const offeredFactorSchema = z
  .object({
    secret: z.string().describe('The secret in base 32, to type into the app.'),
    uri: z.string().describe('The secret as the content of a QR code: `otpauth://totp/…`.'),
    offer: z.string().describe('Send this back with a code of the app.'),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'OfferedSecondFactor' });

/** Recovery codes, which are shown once. */
export const recoveryCodesSchema = z
  .object({ recoveryCodes: z.array(z.string()).describe('Each code is valid once, in place of a code of the app.') })
  .meta({ id: 'RecoveryCodes' });
