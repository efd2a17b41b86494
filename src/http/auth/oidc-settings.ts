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
}
