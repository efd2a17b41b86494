import type { Filter } from 'ldapts';
import type { UserWatch } from './index-directory.js';
import type { LdapCursor } from './ldap-cursor.js';

/** How one family of servers tells which users changed. */
export interface ChangeTracker {
  /** What the sweep must look at for the next cursor. */
  readonly watch: UserWatch;
  /** Finds the users that changed since the cursor that the tracker was made with; null = can't tell, read all. */
  changedFilter(): Filter | null;
  /** Where the next delta starts; null = the server doesn't say. Call it after the sweep. */
  position(): LdapCursor['position'] | null;
}
