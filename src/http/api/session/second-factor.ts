import { z } from 'zod';
import { checkSecondFactor } from '../../../access/second-factor/check-second-factor.js';
import { countRecoveryCodes, findSecondFactor } from '../../../access/second-factor/second-factor.store.js';
import { defineRoute, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { beginSession, countedAddress, passwordSessionOf } from './session-of.js';
import { secondFactorChangeRoutes } from './second-factor-changes.js';
import { codeSchema, secondFactorSchema, signedInSchema } from './session-schema.js';

/** The second factor of a person who signs in with a password: read it, give a code of it, change it. */
export function secondFactorRoutes(deps: HttpDeps): readonly Route[] {
  return [read(deps), give(deps), ...secondFactorChangeRoutes(deps)];
}

const shared = { path: '/session/second-factor', role: 'known', narrowed: 'allowed', tag: 'Session' } as const;

function read({ db, settings }: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'readSecondFactor',
    method: 'get',
    summary: 'Read the state of your second factor and the number of unused recovery codes',
    replies: {
      200: { description: 'The state.', schema: secondFactorSchema },
      403: {
        description: '`forbidden`, `no_password`: keys and users of an identity provider have no second factor here.',
      },
    },
    async handle({ principal }) {
      passwordSessionOf(principal);
      const factor = await findSecondFactor(db.prisma, principal.id);
      const recoveryCodesLeft = await countRecoveryCodes(db.prisma, principal.id);
      const required = settings.secondFactor === 'required';
      return { status: 200, body: { required, since: factor?.createdAt.toISOString() ?? null, recoveryCodesLeft } };
    },
  });
}

function give(deps: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'giveSecondFactor',
    method: 'post',
    duties: ['second_factor'],
    summary: 'Enter the code of the second factor; the answer sets a new session cookie',
    body: { schema: z.strictObject({ code: codeSchema }), limitBytes: 4_096 },
    replies: {
      200: {
        description: 'Signed in; `Set-Cookie` has the new session, the earlier one is ended.',
        schema: signedInSchema,
      },
      403: { description: '`forbidden`, `no_password`.' },
      422: { description: '`wrong_code`: wrong, too old, or used before.' },
      429: { description: '`sign_in_locked`: too many wrong codes, wait for the time in Retry-After.' },
    },
    async handle({ body, principal, request, requester: { address } }) {
      passwordSessionOf(principal);
      const { id: accountId, role } = principal;
      const given = { accountId, code: body.code, address: countedAddress(request), path: 'code' };
      const secondFactor = await checkSecondFactor(deps, given);
      const begun = await beginSession(deps, { account: { id: accountId, role }, secondFactor, request, address });
      return { status: 200, body: begun };
    },
  });
}
