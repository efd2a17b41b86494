import type { TaskStatus } from '../api/types.js';

/** The colour of each status, by its name in the theme; the word always stands beside it. */
export const STATUS_COLOURS: Readonly<Record<TaskStatus, string>> = {
  queued: 'gray',
  pulling: 'blue',
  planning: 'blue',
  held: 'orange',
  applying: 'blue',
  succeeded: 'teal',
  partial: 'yellow',
  failed: 'red',
  cancelled: 'gray',
};
