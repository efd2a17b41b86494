import type { OidcSettings } from './oidc-settings.js';

/** What is asked of the provider so that it proves people strongly and lately enough (OpenID Connect Core, 3.1.2.1). */
export function strengthAsked({ acrValues = [], maxAgeS = null }: OidcSettings): Record<string, string> {
  return {
    ...(acrValues.length > 0 ? { acr_values: acrValues.join(' ') } : {}),
    ...(maxAgeS === null ? {} : { max_age: String(maxAgeS) }),
  };
}

/**
 * Whether the ID token says that it was done: to ask alone binds nobody. A provider that says nothing is taken for the
 * weakest one (ASVS 6.8.4). `auth_time` is checked by openid-client.
 */
export function isStrongEnough(claims: Readonly<Record<string, unknown>>, settings: OidcSettings): boolean {
  const { acrValues = [], amrValues = [] } = settings;
  const { acr, amr } = claims;
  const methods: readonly unknown[] = Array.isArray(amr) ? amr : [];
  const isWanted = acrValues.length === 0 || acrValues.some((one) => one === acr);
  return isWanted && (amrValues.length === 0 || amrValues.some((one) => methods.includes(one)));
}
