/** The channel of PostgreSQL on which it is told, with the commit, that pushes are finished; the notice says nothing more. */
export const PUSHES_FINISHED = 'rollcall_pushes_finished';
