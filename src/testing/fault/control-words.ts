/** Stands between the name of a test and the guard that its control lacks. */
export const CONTROL = '→ fails without';
