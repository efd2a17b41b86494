import { AndFilter, type Filter, NotFilter, OrFilter } from 'ldapts';
import { FilterSyntaxError, makeFilterItem } from './filter-item.js';

/** The largest nesting: deeper nesting is a mistake; this also limits the recursion. */
const MAX_DEPTH = 100;

/**
 * Reads the text of a filter (RFC 4515), and also the forms that ldapsearch, Active Directory and directory browsers
 * accept: white space and line breaks around components, no outermost parentheses, `(!a=b)` without the inner ones,
 * doubled parentheses, balanced parentheses inside a value, and the escapes `\*`, `\(`, `\)` and `\\` of RFC 1960.
 * White space inside a value is part of the value.
 * @throws FilterSyntaxError if the text is not a filter
 */
export function parseFilter(text: string): Filter {
  return new FilterReader(text).read();
}

class FilterReader {
  private at = 0;
  private depth = 0;

  constructor(private readonly text: string) {}

  read(): Filter {
    this.skipSpace();
    if (this.at === this.text.length) throw this.fail('the filter is empty');
    const filter = this.peek() === '(' ? this.component() : this.body();
    this.skipSpace();
    if (this.at < this.text.length) {
      throw this.fail(this.peek() === ')' ? 'a ")" has no "("' : 'there is text after the end of the filter');
    }
    return filter;
  }

  /** `(body)`, from the opening parenthesis on. */
  private component(): Filter {
    const opened = this.at;
    this.depth += 1;
    if (this.depth > MAX_DEPTH) throw this.fail(`more than ${MAX_DEPTH} parentheses are nested`);
    this.at += 1;
    const filter = this.body();
    this.skipSpace();
    if (this.peek() !== ')') {
      if (this.at < this.text.length) throw this.fail('a ")" is missing before this text');
      throw new FilterSyntaxError('the "(" is not closed', this.text, opened);
    }
    this.at += 1;
    this.depth -= 1;
    return filter;
  }

  /** The content between two parentheses. */
  private body(): Filter {
    const start = this.at;
    this.skipSpace();
    const next = this.peek();
    switch (next) {
      case '&':
        return new AndFilter({ filters: this.list() });
      case '|':
        return new OrFilter({ filters: this.list() });
      case '!':
        this.at += 1;
        this.skipSpace();
        return new NotFilter({ filter: this.peek() === '(' ? this.component() : this.body() });
      case '(':
        return this.component();
      default:
        return this.item(this.at > start);
    }
  }

  /** The components after `&` or `|`; none is the absolute true or false of RFC 4526. */
  private list(): Filter[] {
    const filters: Filter[] = [];
    this.at += 1;
    for (this.skipSpace(); this.peek() === '('; this.skipSpace()) filters.push(this.component());
    if (this.at < this.text.length && this.peek() !== ')') throw this.fail('a "(" is missing before this text');
    return filters;
  }

  private item(spaced: boolean): Filter {
    const end = this.endOfItem();
    const filter = makeFilterItem(this.text, { start: this.at, end, spaced });
    this.at = end;
    return filter;
  }

  /** The index of the parenthesis that ends an item. Parentheses inside a value must be balanced, as for ldapsearch. */
  private endOfItem(): number {
    let inner = 0;
    for (let at = this.at; at < this.text.length; at += 1) {
      const character = this.text[at];
      if (character === '\\') at += 1;
      else if (character === '(') {
        this.refuseComponent(at);
        inner += 1;
      } else if (character === ')') {
        if (inner === 0) return at;
        inner -= 1;
      }
    }
    return this.text.length;
  }

  /** `(a=b(c=d))` has a missing parenthesis; it is not a value with parentheses. */
  private refuseComponent(at: number): void {
    if (!/^\(\s*([&|!(]|[\w.;:-]+\s*[~<>:]?=)/.test(this.text.slice(at))) return;
    const what = 'a ")" is missing before this component, or a "(" of a value is not written as \\28';
    throw new FilterSyntaxError(what, this.text, at);
  }

  private skipSpace(): void {
    while (this.at < this.text.length && /\s/.test(this.text.charAt(this.at))) this.at += 1;
  }

  private peek(): string {
    return this.text.charAt(this.at);
  }

  private fail(what: string): FilterSyntaxError {
    return new FilterSyntaxError(what, this.text, this.at);
  }
}
