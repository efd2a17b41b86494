/** The queue on which tasks are rung for. Shown in Bull Board; never rename: waiting jobs would be forgotten. */
export const SYNC_QUEUE = 'rollcall-sync';
