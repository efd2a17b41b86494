/**
 * The channel of PostgreSQL on which a commit announces that pushes are finished or that their task is held. The
 * notification contains nothing else.
 */
export const PUSHES_FINISHED = 'rollcall_pushes_finished';
