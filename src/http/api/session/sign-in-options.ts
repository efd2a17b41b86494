import { z } from 'zod';
import { defineRoute, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';

/** Where signing in by OpenID Connect begins. */
export const OIDC_PATH = '/api/v1/session/oidc';

const optionsSchema = z
  .object({ password: z.literal(true), oidc: z.object({ title: z.string(), url: z.string() }).nullable() })
  .meta({ id: 'SignInOptions' });

/** The ways to sign in, for the page that offers them. */
export function signInOptionsRoute({ settings }: HttpDeps): Route {
  return defineRoute({
    id: 'readSignInOptions',
    method: 'get',
    path: '/session/options',
    role: 'open',
    narrowed: 'allowed',
    tag: 'Session',
    summary: 'Read the available ways to sign in',
    replies: { 200: { description: 'The ways to sign in.', schema: optionsSchema } },
    handle() {
      const { oidc = null } = settings;
      return { status: 200, body: { password: true, oidc: oidc && { title: oidc.title, url: OIDC_PATH } } };
    },
  });
}
