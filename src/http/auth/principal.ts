/** What a key may do; each role includes the ones before it. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
/** One of `ROLES`. */
export type Role = (typeof ROLES)[number];

/** Who calls: the key, narrowed as it is. Without any right by itself: the route's role decides. */
export interface Principal {
  readonly keyId: string;
  readonly name: string;
  readonly role: Role;
  /** The only source that the key may touch; null = every source. */
  readonly sourceId: string | null;
  /** The key may push and read its pushes, nothing else. */
  readonly pushOnly: boolean;
}

/** How a principal stands in tasks, pushes and the audit log. */
export function actorOf(principal: Principal): string {
  return `key:${principal.keyId}`;
}
