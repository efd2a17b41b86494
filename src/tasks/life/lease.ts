/** A worker that was silent for so long has lost its task; others may take it over. */
export const LEASE_MS = 30_000;

/** How often a worker renews its lease and checks whether the task must stop. */
export const HEARTBEAT_MS = 5_000;

/** A worker process that was silent for so long counts as gone, wherever workers are listed. */
export const WORKER_SILENT_MS = 30_000;
