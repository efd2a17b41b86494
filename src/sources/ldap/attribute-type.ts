/** One attribute type of a schema (RFC 4512, 4.1.2). */
export interface AttributeType {
  /** Numeric, or a text such as `x-oid` of 389-ds; lower case. */
  readonly oid: string;
  /** Lower case; servers use the first one in their answers. */
  readonly names: readonly string[];
  /** The type from which it inherits its syntax, if it has none; lower case. */
  readonly sup: string | null;
  /** The object identifier of the syntax, without the length. */
  readonly syntax: string | null;
  readonly singleValue: boolean;
}

/**
 * Reads a definition in the form that servers write: OpenLDAP and 389-ds by the RFC, Active Directory with the syntax
 * in quotes.
 * @returns null if it has no object identifier and no name
 */
export function parseAttributeType(definition: string): AttributeType | null {
  // The description is free text and may contain anything.
  const text = definition.replace(/\sDESC\s+'(?:[^']|'(?!\s))*'/i, ' ');
  const oid = find(text, /^\s*\(\s*([^\s()']+)/);
  if (oid === null) return null;
  return {
    oid,
    names: listNames(text),
    sup: find(text, /\sSUP\s+'?([^\s()']+)/i),
    syntax: find(text, /\sSYNTAX\s+'?([^\s()'{]+)/i),
    singleValue: /\sSINGLE-VALUE\b/i.test(text),
  };
}

const find = (text: string, pattern: RegExp) => pattern.exec(text)?.[1]?.toLowerCase() ?? null;

function listNames(text: string): string[] {
  const [, one, several = ''] = /\sNAME\s+(?:'([^']*)'|\(([^)]*)\))/i.exec(text) ?? [];
  const names = one === undefined ? several.split("'").map((name) => name.trim()) : [one];
  return names.filter((name) => name !== '').map((name) => name.toLowerCase());
}

/** The name of an attribute with its options (RFC 4512, 2.5), in lower case. */
export interface AttributeDescription {
  /** A short name or an object identifier. */
  readonly type: string;
  /** Tagging options such as `lang-de`. */
  readonly options: readonly string[];
  /** `;binary` (RFC 4522): the encoding of the value, not another attribute. */
  readonly binary: boolean;
  /** `;range=0-1499` of Active Directory: a part of the values. */
  readonly ranged: boolean;
}

/** Divides an attribute description into its parts. */
export function parseDescription(text: string): AttributeDescription {
  const [type = '', ...options] = text.trim().toLowerCase().split(';');
  return {
    type: type.replace(/^oid\./, ''),
    options: options.filter((option) => option !== 'binary' && !option.startsWith('range=')),
    binary: options.includes('binary'),
    ranged: options.some((option) => option.startsWith('range=')),
  };
}

/** Whether an attribute of an answer has all requested options; `lang-en-` includes `lang-en-US` (RFC 3866). */
export function hasOptions(asked: AttributeDescription, answered: AttributeDescription): boolean {
  return asked.options.every((option) =>
    answered.options.some((one) => one === option || (option.endsWith('-') && `${one}-`.startsWith(option))),
  );
}
