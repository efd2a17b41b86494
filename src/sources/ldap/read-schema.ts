import type { Directory } from './directory.js';
import { completeRanges, nameAttributes } from './name-attributes.js';
import { openDirectory, type OpenOptions } from './open-directory.js';
import { AttributeSchema } from './attribute-schema.js';
import { parseAttributeType } from './attribute-type.js';
import { bytesOf } from './ldap-entry.js';
import { resultCode } from './result-error.js';

/**
 * Opens a directory and reads its schema, so that answers have the requested names.
 * @throws the errors of ldapts or Node, or the reason of the signal
 */
export async function openWithSchema(options: OpenOptions): Promise<Directory> {
  const directory = await openDirectory(options);
  try {
    return nameAttributes(directory, await readSchema(directory, options.config.baseDn));
  } catch (error) {
    await directory.close();
    throw error;
  }
}

/**
 * The server reports that it cannot answer now: the read ends, because a schema that is read later could change how
 * values are read.
 */
const PASSING: ReadonlySet<number> = new Set([3, 51, 52, 80]);

/**
 * Reads the attribute types of a server from the subschema that its root DSE names, else from that of the base entry
 * (RFC 4512, 4.4). Active Directory names CN=Aggregate,CN=Schema,….
 * @returns a schema without types if the bind DN may not read it
 */
export async function readSchema(directory: Directory, baseDn: string): Promise<AttributeSchema> {
  for (const dn of ['', baseDn]) {
    const subschema = await textOf(directory, dn, 'subschemaSubentry');
    if (subschema === undefined) continue;
    const types = await texts(directory, subschema, 'attributeTypes');
    const parsed = types.map(parseAttributeType).filter((type) => type !== null);
    if (parsed.length > 0) return new AttributeSchema(parsed);
  }
  return new AttributeSchema();
}

async function textOf(directory: Directory, dn: string, attribute: string): Promise<string | undefined> {
  const [first] = await texts(directory, dn, attribute);
  return first;
}

async function texts(directory: Directory, dn: string, attribute: string): Promise<readonly string[]> {
  try {
    const entry = await directory.entry(dn, [attribute]);
    if (entry === null) return [];
    return bytesOf(await completeRanges(directory, entry), attribute).map((value) => value.toString('utf8'));
  } catch (error) {
    const code = resultCode(error);
    if (code === null || PASSING.has(code)) throw error;
    return [];
  }
}
