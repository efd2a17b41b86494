import { SyncError } from '../../domain/errors.js';
import type { CheckResult, SourceContext } from '../source-adapter.js';
import { listConfigMistakes } from './config-mistakes.js';
import type { Directory } from './directory.js';
import { entryId } from './entry-id.js';
import type { LdapConfig } from './ldap-config.js';
import type { LdapEntry } from './ldap-entry.js';
import { listHints } from './list-hints.js';
import type { ResolveHost } from './open-directory.js';
import { openWithSchema } from './read-schema.js';
import { type KindPlan, listAttributes, planRead } from './read-plan.js';
import { isLimit } from './result-error.js';
import { translateError } from './translate-error.js';
import { findUnknownFilters, UNKNOWN_FILTER_ATTRIBUTE } from './unknown-filters.js';

/** The interface allows 10 s; half a second is reserved for closing. */
const CHECK_MS = 9_000;

/** The number of entries that are read. */
const SAMPLE = 50;
/** The number if the server allows no larger page. */
const SMALL_SAMPLE = 5;

/** Proves that the options work: connection, TLS, bind, base DNs, filters, ids. Reads one small page of each kind. */
export async function checkDirectory(
  { config, signal }: SourceContext<LdapConfig>,
  resolveHost: ResolveHost,
): Promise<CheckResult> {
  signal.throwIfAborted();
  const [mistake] = listConfigMistakes(config);
  if (mistake) return refuse('source_config', `The option ${mistake.path.join('.')} ${mistake.message}.`);
  const timeout = AbortSignal.timeout(CHECK_MS);
  const limited = AbortSignal.any([signal, timeout]);
  try {
    const timeouts = { openMs: CHECK_MS, answerMs: CHECK_MS };
    const directory = await openWithSchema({ config, signal: limited, resolveHost, timeouts });
    try {
      return await inspect(directory, config);
    } finally {
      await directory.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted)
      return refuse('source_unavailable', `${config.url} did not answer within ${CHECK_MS / 1_000} s.`);
    return explain(error);
  }
}

function explain(error: unknown): CheckResult {
  const translated = translateError(error);
  if (translated instanceof SyncError) return refuse(translated.code, translated.message);
  throw translated;
}

async function inspect(directory: Directory, config: LdapConfig): Promise<CheckResult> {
  const plan = planRead(config);
  for (const baseDn of new Set([plan.users.baseDn, plan.departments?.baseDn ?? plan.users.baseDn])) {
    if ((await directory.entry(baseDn, ['1.1'])) === null) {
      return refuse('base_dn_not_found', `The base DN "${baseDn}" does not exist, or the bind DN cannot see it.`);
    }
  }
  const unknown = await findUnknownFilters(directory, plan);
  if (unknown.length > 0) return refuse(UNKNOWN_FILTER_ATTRIBUTE, unknown.map(({ message }) => message).join(' '));
  const users = await sample(directory, plan.users);
  if (users.length === 0) {
    return refuse(
      'no_users',
      `No entry below "${plan.users.baseDn}" matches the users' filter: check users.baseDn, users.filter and the permissions of the bind DN.`,
    );
  }
  if (users.every((entry) => entryId(entry, plan.users.idAttribute) === null)) {
    return refuse(
      'no_id',
      `No user has ${plan.users.idAttribute}: check the preset "${config.preset}" and whether the bind DN can read the attribute.`,
    );
  }
  const departments = plan.departments && (await sample(directory, plan.departments));
  const hints = listHints(config, plan, { schema: directory.schema, users, departments });
  return hints.length === 0 ? { ok: true } : { ok: true, hint: hints.join(' ') };
}

async function sample(directory: Directory, plan: KindPlan): Promise<readonly LdapEntry[]> {
  const { baseDn, filter } = plan;
  const search = { baseDn, scope: 'sub', filter, attributes: listAttributes(plan) } as const;
  try {
    return (await directory.page(search, SAMPLE, null)).entries;
  } catch (error) {
    if (!isLimit(error)) throw error;
    return (await directory.page(search, SMALL_SAMPLE, null)).entries;
  }
}

const refuse = (code: string, hint: string): CheckResult => ({ ok: false, code, hint });
