import { SourceConfigError } from '../../domain/errors.js';
import { DEPARTMENT, USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { type Egress, PUBLIC_ONLY } from '../../outbound/egress/egress.js';
import type { ReadRequest, SourceAdapter, SourceContext } from '../source-adapter.js';
import { checkDirectory } from './check-directory.js';
import { listConfigMistakes } from './config-mistakes.js';
import { type LdapConfig, ldapConfigSchema, type LdapCursor, ldapCursorSchema } from './ldap-config.js';
import { DIRECTORY_TIMEOUTS, type ResolveHost } from './open-directory.js';
import { openWithSchema } from './read-schema.js';
import { readDirectory } from './read-directory.js';
import { translateError } from './translate-error.js';

/** The settings of the adapter. */
export interface LdapAdapterOptions {
  /** The addresses to which connections may go; default: only public addresses. */
  readonly egress?: Egress;
}

/** Reads users and departments from an LDAP directory or Active Directory; see the README of this folder. */
export function ldapAdapter({ egress = PUBLIC_ONLY }: LdapAdapterOptions = {}): SourceAdapter<LdapConfig, LdapCursor> {
  const resolveHost: ResolveHost = async (host, port) => (await egress.resolve(host, port))[0].address;
  return {
    type: 'ldap',
    title: 'LDAP / Active Directory',
    configSchema: ldapConfigSchema,
    cursorSchema: ldapCursorSchema,
    capabilities: { kinds: [DEPARTMENT, USER], modes: ['full', 'delta'], resumable: false },
    requiredKinds: ({ departments }) => (departments === null ? [USER] : [USER, DEPARTMENT]),
    check: (context) => checkDirectory(context, resolveHost),
    read: (request, context) => read(request, context, resolveHost),
  };
}

async function* read(
  { mode, since, findUnlinked }: ReadRequest<LdapCursor>,
  { config, signal }: SourceContext<LdapConfig>,
  resolveHost: ResolveHost,
): AsyncGenerator<SourceMessage<LdapCursor>> {
  signal.throwIfAborted();
  refuseMistakes(config);
  const asked = { since: mode === 'delta' ? since : null, findUnlinked };
  try {
    const directory = await openWithSchema({ config, signal, resolveHost, timeouts: DIRECTORY_TIMEOUTS });
    try {
      for await (const message of readDirectory(directory, config, asked)) {
        signal.throwIfAborted();
        yield message;
      }
    } finally {
      await directory.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    throw translateError(error);
  }
}

function refuseMistakes(config: LdapConfig): void {
  const [mistake] = listConfigMistakes(config);
  if (mistake) throw new SourceConfigError(`The option ${mistake.path.join('.')} ${mistake.message}.`);
}
