import { parseDescription } from './attribute-type.js';
import { type AttributeSchema, STANDARD_SCHEMA } from './attribute-schema.js';
import { bytesOf, type LdapEntry, textsOf } from './ldap-entry.js';
import { namingValues, normalValue } from './dn.js';

/** Attributes whose value is a UUID in text; RFC 4122 compares them without regard to case. */
const TEXT_UUIDS: ReadonlySet<string> = new Set(['entryuuid', '1.3.6.1.1.16.4', 'ipauniqueid', 'nsuniqueid']);
const OBJECT_GUID: ReadonlySet<string> = new Set(['objectguid', '1.2.840.113556.1.4.2']);

/**
 * The external id of an entry by its id attribute; null if the entry has no usable one.
 *
 * An objectGUID becomes text, other bytes (objectSid, mS-DS-ConsistencyGuid) base64, whatever bytes they are. Of
 * several values, the one in the RDN is used, else the smallest.
 */
export function entryId(entry: LdapEntry, idAttribute: string): string | null {
  const { type } = parseDescription(idAttribute);
  if (OBJECT_GUID.has(type)) {
    const [bytes] = bytesOf(entry, idAttribute);
    return bytes === undefined ? null : (formatGuid(bytes) ?? textGuid(bytes));
  }
  const texts = textsOf(entry, idAttribute);
  const text = (texts.length > 1 ? namingText(entry, idAttribute, texts) : null) ?? texts[0] ?? null;
  return text !== null && TEXT_UUIDS.has(type) ? text.toLowerCase() : text;
}

/** An external id in the form that a filter compares: bytes for an attribute that contains bytes. */
export function idValue(idAttribute: string, id: string, schema: AttributeSchema = STANDARD_SCHEMA): Buffer | string {
  if (OBJECT_GUID.has(parseDescription(idAttribute).type)) return parseGuid(id) ?? id;
  return schema.form(idAttribute) === 'bytes' ? Buffer.from(id, 'base64') : id;
}

/** Servers other than Active Directory may store the attribute as text. */
function textGuid(bytes: Buffer): string | null {
  const text = bytes.toString('latin1').toLowerCase();
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text) ? text : null;
}

/**
 * The text form of the 16 id bytes of Active Directory: the first three groups are little-endian, the last two are not
 * (MS-DTYP 2.3.4.2). null if there are not 16 bytes.
 */
export function formatGuid(bytes: Buffer): string | null {
  if (bytes.length !== 16) return null;
  const groups = [
    Buffer.from(bytes.subarray(0, 4)).reverse(),
    Buffer.from(bytes.subarray(4, 6)).reverse(),
    Buffer.from(bytes.subarray(6, 8)).reverse(),
    bytes.subarray(8, 10),
    bytes.subarray(10, 16),
  ];
  return groups.map((group) => group.toString('hex')).join('-');
}

/** The 16 id bytes of a text that `formatGuid` made; null for another text. */
function parseGuid(text: string): Buffer | null {
  const hex = text.replaceAll('-', '');
  if (!/^[0-9a-f]{32}$/i.test(hex)) return null;
  const bytes = Buffer.from(hex, 'hex');
  return Buffer.concat([
    Buffer.from(bytes.subarray(0, 4)).reverse(),
    Buffer.from(bytes.subarray(4, 6)).reverse(),
    Buffer.from(bytes.subarray(6, 8)).reverse(),
    bytes.subarray(8),
  ]);
}

/**
 * The one of several values that is in the RDN of the entry: it names the entry, whatever other values were kept after
 * a rename (RFC 4512, 2.3.1; RFC 4511, 4.9 `deleteoldrdn`). null if none is.
 */
export function namingText(entry: LdapEntry, attribute: string, texts: readonly string[]): string | null {
  const schema = entry.schema ?? STANDARD_SCHEMA;
  const identity = schema.identity(parseDescription(attribute).type);
  for (const { type, value } of namingValues(entry.dn)) {
    if (schema.identity(type) !== identity) continue;
    const named = texts.find((text) => normalValue(text) === value);
    if (named !== undefined) return named;
  }
  return null;
}
