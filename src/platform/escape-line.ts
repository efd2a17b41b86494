/**
 * Writes what a terminal or a reader of lines could obey in a line of JSON as `\uXXXX`: DEL and the controls behind it
 * (U+009B begins an ANSI sequence), line and paragraph separators, and what turns the direction of a text around.
 *
 * JSON itself escapes only what stands below U+0020 (RFC 8259, section 7). The line means the same to whoever parses it.
 */
export function escapeLine(json: string): string {
  return json.replace(OBEYED, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const OBEYED = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
