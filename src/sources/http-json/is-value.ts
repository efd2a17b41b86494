/** Whether a value of an answer is the one that an option names: `0`, `"0"` are the same, as forms send texts. */
export function isValue(value: unknown, wanted: string | number | boolean): boolean {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return false;
  return String(value) === String(wanted);
}
