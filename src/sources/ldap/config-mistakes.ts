import { parseDn } from './dn.js';
import { isPassword } from './known-attributes.js';
import { parseFilter } from './parse-filter.js';

/** A problem that the schema of a single field cannot detect. */
export interface ConfigMistake {
  readonly path: string[];
  readonly message: string;
}

interface KindOptions {
  readonly baseDn?: string | undefined;
  readonly filter?: string | undefined;
  readonly attributes?: Readonly<Record<string, string | null>> | undefined;
}

interface Options {
  readonly url: string;
  readonly startTls?: boolean | undefined;
  readonly bindPassword: string;
  readonly baseDn: string;
  readonly users: KindOptions;
  readonly departments: KindOptions | null;
  readonly tls?: object | undefined;
}

/** All problems of the options that can be found without a server. */
export function listConfigMistakes(config: Options): ConfigMistake[] {
  const { departments } = config;
  return [
    ...connectionMistakes(config),
    ...dnMistakes(['baseDn'], config.baseDn),
    ...kindMistakes('users', config.users),
    ...(departments === null ? [] : kindMistakes('departments', departments)),
  ];
}

function connectionMistakes({ url, startTls, tls, bindPassword }: Options): ConfigMistake[] {
  const mistakes: ConfigMistake[] = [];
  const secure = /^ldaps:/i.test(url);
  if (bindPassword === '')
    mistakes.push({
      path: ['bindPassword'],
      message: 'must not be empty: servers treat an empty password as an anonymous bind',
    });
  if (secure && startTls)
    mistakes.push({ path: ['startTls'], message: 'is for ldap:// only: ldaps:// is encrypted from the start' });
  if (!secure && !startTls && tls)
    mistakes.push({ path: ['tls'], message: 'needs ldaps:// or startTls: this connection is not encrypted' });
  return mistakes;
}

function kindMistakes(kind: string, options: KindOptions): ConfigMistake[] {
  const { baseDn, filter, attributes = {} } = options;
  return [
    ...(baseDn === undefined ? [] : dnMistakes([kind, 'baseDn'], baseDn)),
    ...(filter === undefined ? [] : filterMistakes([kind, 'filter'], filter)),
    ...Object.entries(attributes).flatMap(([field, attribute]) =>
      attributeMistakes([kind, 'attributes'], field, attribute),
    ),
  ];
}

function dnMistakes(path: string[], text: string): ConfigMistake[] {
  return (parseDn(text)?.length ?? 0) > 0 ? [] : [{ path, message: 'is not a DN such as "dc=example,dc=org"' }];
}

function filterMistakes(path: string[], text: string): ConfigMistake[] {
  try {
    parseFilter(text);
    return [];
  } catch (error) {
    return [{ path, message: `is not an LDAP filter: ${(error as Error).message}` }];
  }
}

/** A short name or an object identifier, then options (RFC 4512, 2.5). An empty option would find no attribute. */
const ATTRIBUTE = /^[a-z0-9][a-z0-9.-]*(?:;[a-z0-9-]+)*$/i;

function attributeMistakes(at: string[], field: string, attribute: string | null): ConfigMistake[] {
  const path = [...at, field];
  if (attribute === null)
    return field === 'uid' ? [{ path, message: 'the id cannot be removed, only mapped to another attribute' }] : [];
  if (!ATTRIBUTE.test(attribute)) return [{ path, message: 'is not the name of an LDAP attribute' }];
  if (isPassword(attribute)) return [{ path, message: 'is a password: it is never read' }];
  return [];
}
