/** After this time without a heartbeat, other workers may take over the task. */
export const LEASE_MS = 30_000;

/** How often a worker renews its lease and checks whether the task must stop. */
export const HEARTBEAT_MS = 5_000;

/** After this time without a heartbeat, a worker process counts as gone in all lists of workers. */
export const WORKER_SILENT_MS = 30_000;
