import { z } from 'zod';
import { ROLES } from '../../auth/principal.js';

const csrfToken = z.string().describe('To be sent as `X-CSRF-Token` with every change.');
const role = z.enum(ROLES);
const person = z.object({ id: z.uuid(), username: z.string(), role, via: z.enum(['password', 'oidc']) });

/** What signing in answers. */
export const signedInSchema = z
  .object({
    user: person,
    csrfToken,
    expiresAt: z.iso.datetime().describe('The session ends then, or before when nobody uses it.'),
  })
  .meta({ id: 'SignedIn' });

const key = z.object({
  keyId: z.uuid(),
  name: z.string(),
  role,
  via: z.literal('key'),
  sourceId: z.uuid().optional().describe('The only source that the key may touch.'),
  pushOnly: z.literal(true).optional(),
});

/** Who calls. */
export const callerSchema = z
  .object({
    user: z.union([person, key]),
    csrfToken: csrfToken.nullable().describe('null for a key: it needs none.'),
    expiresAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Caller' });
