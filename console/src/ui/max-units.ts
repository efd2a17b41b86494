/**
 * Longest name or title in an input, in UTF-16 units, which `maxLength` counts. The server takes 255 characters (Unicode
 * code points) of two units at most, and its error says so where there are more.
 */
export const MAX_UNITS = 510;
