import { type Role, ROLES } from './principal.js';

/**
 * The highest role that a claim stands for. The claim is a text or a list of texts; anything else counts for nothing.
 * @returns null when none of its values is mapped.
 */
export function roleOfClaim(claim: unknown, map: ReadonlyMap<string, Role>): Role | null {
  const values: unknown[] = Array.isArray(claim) ? claim : [claim];
  const roles = values.flatMap((value) => (typeof value === 'string' ? (map.get(value) ?? []) : []));
  return [...ROLES].reverse().find((role) => roles.includes(role)) ?? null;
}
