import { type AttributeType, parseDescription } from './attribute-type.js';
import { isKnownBinary, knownNames } from './known-attributes.js';

const LDAP = '1.3.6.1.4.1.1466.115.121.1.';

/** Syntaxes whose values are bytes (RFC 4517, 4523, RFC 2252; MS-ADTS 3.1.1.2.2.2). */
const BYTES: ReadonlySet<string> = new Set([
  ...[4, 5, 8, 9, 10, 23, 28, 40, 49].map((number) => `${LDAP}${number}`),
  '1.2.840.113556.1.4.907',
]);

/**
 * Syntaxes of text in addition to those of RFC 4517: UUID, change numbers of OpenLDAP, AD's integers and DNs with data.
 */
const TEXTS: ReadonlySet<string> = new Set([
  '1.3.6.1.1.16.1',
  ...['1.2.840.113556.1.4.903', '1.2.840.113556.1.4.904', '1.2.840.113556.1.4.905', '1.2.840.113556.1.4.906'],
  ...['1.2.840.113556.1.4.1221', '1.2.840.113556.1.4.1362'],
]);

/** Whether the values of an attribute are text or bytes; `unknown` if neither the schema nor a standard defines it. */
export type ValueForm = 'text' | 'bytes' | 'unknown';

/**
 * The attribute types of one server: which names mean the same attribute, and which attributes contain bytes.
 *
 * If the schema cannot be read, or does not contain a name, the names of the standards are used.
 */
export class AttributeSchema {
  private readonly types = new Map<string, AttributeType>();
  private readonly identities = new Map<string, string>();
  private readonly forms = new Map<string, ValueForm>();

  /** @param types all attribute types of the server; empty = the schema cannot be read */
  constructor(types: readonly AttributeType[] = []) {
    for (const type of types) for (const name of [type.oid, ...type.names]) this.types.set(name, type);
  }

  /** Whether the server has an attribute; null if the schema cannot be read. */
  knows(description: string): boolean | null {
    return this.types.size === 0 ? null : this.find(parseDescription(description).type) !== undefined;
  }

  /**
   * Whether the server has an attribute under exactly this name, which filters require; null if the schema cannot be
   * read. Options are ignored.
   */
  hasName(description: string): boolean | null {
    return this.types.size === 0 ? null : this.types.has(parseDescription(description).type);
  }

  /** The same text for all names of one attribute; options are ignored. */
  identity(type: string): string {
    const kept = this.identities.get(type);
    if (kept !== undefined) return kept;
    const identity = this.find(type)?.oid ?? knownNames(type).at(-1) ?? type;
    this.identities.set(type, identity);
    return identity;
  }

  /** The attribute descriptions to request: as configured, and under the name that the server uses. */
  requestNames(description: string): readonly string[] {
    const { type, options, binary } = parseDescription(description);
    // Servers do not have to know the form `OID.2.5.4.4` of RFC 1779.
    const written = description.trim().replace(/^oid\./i, '');
    const names = this.types.has(type) ? [type] : (this.find(type)?.names.slice(0, 1) ?? knownNames(type));
    const tags = options.map((option) => `;${option}`).join('');
    const others = names.filter((name) => !/^\d/.test(name)).map((name) => `${name}${tags}`);
    const extra = binary || !this.types.has(type) ? others : [];
    const asked = new Map([...extra, written].map((name) => [name.toLowerCase(), name]));
    return [...asked.values()];
  }

  /**
   * Whether the values of an attribute are text or bytes: by its option, its syntax, or known attributes, in this
   * order.
   */
  form(description: string): ValueForm {
    const kept = this.forms.get(description);
    if (kept !== undefined) return kept;
    const { type, binary } = parseDescription(description);
    const form = binary ? 'bytes' : this.formOf(type);
    this.forms.set(description, form);
    return form;
  }

  private formOf(type: string): ValueForm {
    const syntax = this.syntaxOf(type);
    if (syntax !== null && BYTES.has(syntax)) return 'bytes';
    if (syntax !== null && (syntax.startsWith(LDAP) || TEXTS.has(syntax))) return 'text';
    const names = [type, ...(this.find(type)?.names ?? []), ...knownNames(type)];
    if (names.some(isKnownBinary)) return 'bytes';
    return knownNames(type).length > 1 ? 'text' : 'unknown';
  }

  private syntaxOf(type: string): string | null {
    let found = this.find(type);
    // By mistake, a definition may name itself as its superior.
    for (let depth = 0; found !== undefined && depth < 20; depth += 1) {
      if (found.syntax !== null) return found.syntax;
      found = found.sup === null ? undefined : this.types.get(found.sup);
    }
    return null;
  }

  private find(type: string): AttributeType | undefined {
    const found = this.types.get(type);
    if (found !== undefined) return found;
    const other = knownNames(type).find((name) => this.types.has(name));
    return other === undefined ? undefined : this.types.get(other);
  }
}

/** The known attributes, for use without a schema. */
export const STANDARD_SCHEMA = new AttributeSchema();
