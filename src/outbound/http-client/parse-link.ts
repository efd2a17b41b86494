/** One link of a Link header. */
export interface WebLink {
  /** As it was sent: relative, absolute, or with characters that an address must not have. */
  readonly target: string;
  /** In lower case; empty where the link has no `rel`. */
  readonly relations: readonly string[];
  /** What the link is about, where that is not the answer itself (RFC 8288, 3.2); null = the answer. */
  readonly anchor: string | null;
}

/** A Link header that can't be understood to its end. */
export class LinkSyntaxError extends Error {
  override readonly name = 'LinkSyntaxError';
}

/**
 * Parses the Link headers of an answer (RFC 8288, 3 and B). Beyond the grammar it takes values in single quotes and
 * relations with a space between them that are not quoted, because servers send both.
 *
 * Own code because the npm parsers (http-link-header, li, parse-link-header) pass over what they do not understand: a
 * parameter without a value hides the `rel` behind it, and the list seems to end.
 * @param headers as undici has them: one text, several, or none
 * @throws LinkSyntaxError where any part has no meaning
 */
export function parseLink(headers: string | readonly string[] | undefined): readonly WebLink[] {
  const texts = headers === undefined || typeof headers === 'string' ? [headers ?? ''] : headers;
  return texts.flatMap((text) => new LinkReader(text).links());
}

const SPACE = /[ \t\r\n]*/y;
const TARGET = /<([^<>]*)>/y;
const NAME = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const DOUBLE_QUOTED = /"((?:[^"\\]|\\[^])*)"/y;
/** No part of the grammar: taken only where it ends as a value must end. */
const SINGLE_QUOTED = /'([^']*)'(?=[ \t\r\n]*(?:[;,]|$))/y;
const BARE = /[^;,"<>]*/y;

class LinkReader {
  private at = 0;

  constructor(private readonly text: string) {}

  links(): WebLink[] {
    const found: WebLink[] = [];
    while (!this.isAtEnd()) {
      // An empty element of a list means nothing (RFC 9110, 5.6.1.2).
      if (this.skip(',')) continue;
      found.push(this.link());
      if (!this.isAtEnd() && !this.skip(',')) throw this.error('a comma');
    }
    return found;
  }

  private link(): WebLink {
    const target = this.take(TARGET);
    if (target === null) throw this.error('"<", an address and ">"');
    const parameters = new Map<string, string>();
    while (this.skip(';')) {
      const name = this.take(NAME, 0)?.toLowerCase();
      if (name === undefined) continue;
      const value = this.skip('=') ? this.value() : '';
      // Only the first rel and the first anchor count (RFC 8288, 3.2 and 3.3).
      if (!parameters.has(name)) parameters.set(name, value);
    }
    const relations = (parameters.get('rel') ?? '').toLowerCase().split(/\s+/);
    const words = relations.filter((word) => word !== '');
    return { target: target.trim(), relations: words, anchor: parameters.get('anchor') ?? null };
  }

  private value(): string {
    this.take(SPACE);
    if (this.text[this.at] === '"') {
      const quoted = this.take(DOUBLE_QUOTED);
      if (quoted === null) throw this.error('the end of a quoted text');
      return quoted.replaceAll(/\\([^])/g, '$1');
    }
    return this.take(SINGLE_QUOTED) ?? (this.take(BARE, 0) ?? '').trim();
  }

  private isAtEnd(): boolean {
    this.take(SPACE);
    return this.at >= this.text.length;
  }

  private skip(sign: ',' | ';' | '='): boolean {
    this.take(SPACE);
    if (this.text[this.at] !== sign) return false;
    this.at += 1;
    this.take(SPACE);
    return true;
  }

  private take(pattern: RegExp, group = 1): string | null {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match === null) return null;
    this.at = pattern.lastIndex;
    return match[group] ?? null;
  }

  private error(expected: string): LinkSyntaxError {
    return new LinkSyntaxError(`The Link header cannot be read: ${expected} is missing at character ${this.at + 1}.`);
  }
}
