import { createContext, useContext } from 'react';
import type { Session } from '../api/session.js';
import type { Role } from '../api/types.js';

const ROLES: readonly Role[] = ['viewer', 'operator', 'admin'];

/** Who is signed in, for everything below the shell. */
export const SessionContext = createContext<Session | null>(null);

/** Who is signed in. @throws Error outside of the shell. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('Signed out: there is no session here.');
  return session;
}

/** Whether who is signed in may do what this role may: no button is shown that would be refused. */
export function useMay(role: Role): boolean {
  return ROLES.indexOf(useSession().user.role) >= ROLES.indexOf(role);
}
