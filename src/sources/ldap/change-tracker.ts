import type { Filter } from 'ldapts';
import type { UserWatch } from './index-directory.js';
import type { LdapCursor } from './ldap-cursor.js';

/** How one family of servers reports which users changed. */
export interface ChangeTracker {
  /** The attributes that the sweep must read for the next cursor. */
  readonly watch: UserWatch;
  /** Finds the users that changed since the cursor of the tracker; null = unknown, read all users. */
  changedFilter(): Filter | null;
  /** The start of the next delta; null = the server does not report it. Call it after the sweep. */
  position(): LdapCursor['position'] | null;
}
