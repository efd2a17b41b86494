import type { Role } from './principal.js';

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
  /** How long ago the person may have proved himself there, in seconds; null = not asked. */
  readonly maxAgeS?: number | null;
}
