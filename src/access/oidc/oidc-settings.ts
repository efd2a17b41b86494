import { type Role, ROLES } from '../accounts/principal.js';

/** The identity provider that people may sign in with. */
export interface OidcSettings {
  /** Its issuer identifier; `/.well-known/openid-configuration` stands below it. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What the button says. */
  readonly title: string;
  /** The claim that holds roles or groups: a text or a list of texts. */
  readonly roleClaim: string;
  /** Value of the claim → role here. Who has none of them is not let in. */
  readonly roleMap: ReadonlyMap<string, Role>;
  /** How the person has to be proved there: asked for as `acr_values`, and one of them wanted. Default: not asked. */
  readonly acrValues?: readonly string[];
  /** Methods (RFC 8176: `mfa`, `hwk` …) of which the provider has to have used one. Default: not asked. */
  readonly amrValues?: readonly string[];
  /** Most seconds since the person authenticated there (`max_age`); null = not checked. */
  readonly maxAgeS?: number | null;
}

/** What is asked of the provider so that it proves people strongly and lately enough (OpenID Connect Core, 3.1.2.1). */
export function strengthAsked({ acrValues = [], maxAgeS = null }: OidcSettings): Record<string, string> {
  return {
    ...(acrValues.length > 0 ? { acr_values: acrValues.join(' ') } : {}),
    ...(maxAgeS === null ? {} : { max_age: String(maxAgeS) }),
  };
}

/**
 * Whether the ID token proves the requested strength; the request alone does not enforce it. A provider that returns no
 * claims counts as the weakest one (ASVS 6.8.4). `auth_time` is checked by openid-client.
 */
export function isStrongEnough(claims: Readonly<Record<string, unknown>>, settings: OidcSettings): boolean {
  const { acrValues = [], amrValues = [] } = settings;
  const { acr, amr } = claims;
  const methods: readonly unknown[] = Array.isArray(amr) ? amr : [];
  const isRightClass = acrValues.length === 0 || acrValues.some((one) => one === acr);
  return isRightClass && (amrValues.length === 0 || amrValues.some((one) => methods.includes(one)));
}

/**
 * The highest role that a claim stands for. The claim is a text or a list of texts; anything else counts for nothing.
 * @returns null when none of its values is mapped.
 */
export function roleOfClaim(claim: unknown, map: ReadonlyMap<string, Role>): Role | null {
  const values: unknown[] = Array.isArray(claim) ? claim : [claim];
  const roles = values.flatMap((value) => (typeof value === 'string' ? (map.get(value) ?? []) : []));
  return [...ROLES].reverse().find((role) => roles.includes(role)) ?? null;
}

const HERE = 'http://here.invalid';

/** A path of ours to go on to; `/` for whatever could lead a browser elsewhere. */
export function safeReturnTo(path: string | undefined): string {
  if (path === undefined || !/^\/(?![/\\])[\x21-\x7e]*$/.test(path) || path.includes('\\')) return '/';
  return URL.canParse(path, HERE) && new URL(path, HERE).origin === HERE ? path : '/';
}
