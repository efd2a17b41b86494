import * as openid from 'openid-client';
import { RequestError } from '../../domain/errors.js';
import { firstCharacters } from '../../domain/text.js';
import { isStrongEnough, type OidcSettings, roleOfClaim, strengthAsked } from './oidc-settings.js';
import type { Role } from '../accounts/principal.js';

/** What a browser keeps between going to the provider and coming back. */
export interface OidcTrip {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly returnTo: string;
}

/** A person whom the provider authenticated. */
export interface OidcVisitor {
  readonly issuer: string;
  readonly subject: string;
  readonly username: string;
  /** null = none of the roles that are let in. */
  readonly role: Role | null;
}

/** Sign-in by OpenID Connect: authorization code with PKCE, state and nonce (RFC 9700). */
export interface OidcClient {
  /** Where to send the browser. @throws RequestError `oidc_unavailable`. */
  begin(returnTo: string): Promise<{ readonly url: URL; readonly trip: OidcTrip }>;
  /** Who came back with `query`. @throws RequestError `oidc_refused`, `oidc_too_weak`, `oidc_unavailable`. */
  finish(query: string, trip: OidcTrip): Promise<OidcVisitor>;
}

const TIMEOUT_S = 10;
/** What a provider says of itself seldom changes; its keys are looked up by openid-client as they are needed. */
const DISCOVERY_MS = 3_600_000;

/**
 * Makes a client of one provider; the provider is first called at the first sign-in, so it may be down at the start.
 */
export function createOidcClient(settings: OidcSettings, redirectUri: string): OidcClient {
  let known: { readonly config: Promise<openid.Configuration>; readonly until: number } | undefined;
  const discover = (): Promise<openid.Configuration> => {
    if (known && known.until > Date.now()) return known.config;
    const config = discovery(settings);
    known = { config, until: Date.now() + DISCOVERY_MS };
    config.catch(() => (known = undefined));
    return config;
  };
  return {
    async begin(returnTo) {
      const config = await discover().catch(unavailable);
      const trip = {
        ...{ state: openid.randomState(), nonce: openid.randomNonce() },
        ...{ verifier: openid.randomPKCECodeVerifier(), returnTo },
      };
      const url = openid.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: 'openid profile email',
        code_challenge: await openid.calculatePKCECodeChallenge(trip.verifier),
        code_challenge_method: 'S256',
        state: trip.state,
        nonce: trip.nonce,
        ...strengthAsked(settings),
      });
      return { url, trip };
    },
    async finish(query, { state, nonce, verifier }) {
      const config = await discover().catch(unavailable);
      const { maxAgeS = null } = settings;
      const checks = {
        ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true },
        ...(maxAgeS === null ? {} : { maxAge: maxAgeS }),
      };
      const tokens = await openid.authorizationCodeGrant(config, new URL(redirectUri + query), checks).catch(refused);
      return visitorOf(settings, tokens.claims());
    },
  };
}

/** The ID token's signature is checked as well: TLS alone is no proof behind a proxy that ends it. */
async function discovery({ issuer, clientId, clientSecret }: OidcSettings): Promise<openid.Configuration> {
  const url = new URL(issuer);
  const execute = [openid.enableNonRepudiationChecks];
  // Plain http only on this very machine, for tests and trials.
  if (url.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname))
    execute.push(openid.allowInsecureRequests);
  const options = { execute, timeout: TIMEOUT_S };
  return openid.discovery(url, clientId, undefined, clientAuth(clientSecret), options);
}

/** RFC 8414: a provider that names no method uses HTTP Basic. */
function clientAuth(secret: string): openid.ClientAuth {
  const [basic, post] = [openid.ClientSecretBasic(secret), openid.ClientSecretPost(secret)];
  return (server, client, body, headers) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (methods.includes('client_secret_basic') ? basic : post)(server, client, body, headers);
  };
}

function visitorOf(settings: OidcSettings, claims: openid.IDToken | undefined): OidcVisitor {
  if (!claims) throw refusal();
  if (!isStrongEnough(claims, settings))
    throw new RequestError(403, 'oidc_too_weak', 'The provider did not confirm a strong authentication.');
  const names = [claims['preferred_username'], claims['email'], claims.sub];
  const username = names.find((name): name is string => typeof name === 'string' && name.trim() !== '') ?? claims.sub;
  const role = roleOfClaim(claims[settings.roleClaim], settings.roleMap);
  return { issuer: claims.iss, subject: claims.sub, username: firstCharacters(username, 100), role };
}

function unavailable(cause: unknown): never {
  const error = new RequestError(503, 'oidc_unavailable', 'The identity provider does not answer. Try again soon.');
  error.cause = cause;
  throw error;
}

/** Errors of the provider or of the network go to the log only, not to the browser. */
function refused(cause: unknown): never {
  const error = refusal();
  error.cause = cause;
  throw error;
}

function refusal(): RequestError {
  return new RequestError(401, 'oidc_refused', "The identity provider's answer is invalid or too old. Sign in again.");
}
