/**
 * The built-in source whose records are the fields that admins edit by hand (R51). The external id of each of its records
 * is the id of the row. The first edit creates the source; it is always enabled, and admins cannot configure it.
 */
export const MANUAL_SOURCE = {
  id: '00000000-0000-8000-8000-6d616e75616c',
  name: 'manual',
  type: 'manual',
  title: 'Edited by hand',
  /** Above every priority that another source can have (R13). */
  priority: 2_147_483_647,
} as const;

/** Whether this is the id of the built-in source. */
export function isManual(sourceId: string): boolean {
  return sourceId === MANUAL_SOURCE.id;
}
