import type { AttributeSchema } from './attribute-schema.js';
import type { LdapConfig, LdapCursor } from './ldap-config.js';
import { bytesOf, type LdapEntry } from './ldap-entry.js';
import type { KindPlan, ReadPlan } from './read-plan.js';
import type { FieldProblem } from '../../domain/field-problem.js';
import { type SourceRecord, USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';

/** The data that a check read: one page of each kind. */
interface CheckSample {
  readonly schema: AttributeSchema | undefined;
  readonly users: readonly LdapEntry[];
  /** null = the source has no departments. */
  readonly departments: readonly LdapEntry[] | null;
}

/** Lists settings that work but may have another result than expected. */
export function listHints(config: LdapConfig, plan: ReadPlan, sample: CheckSample): readonly string[] {
  const { users, departments, schema } = sample;
  const hints: string[] = [];
  if (/^ldap:/i.test(config.url) && !config.startTls) {
    hints.push('The connection is not encrypted: the password is sent as plain text; use ldaps:// or startTls.');
  }
  const silent = Object.entries(plan.users.fields).filter((field) => !isShown(field, users));
  const unknown = silent.filter((field) => isUnknown(field, schema));
  const unit = departments && plan.departments ? unknownFields(config, plan.departments, { departments, schema }) : [];
  const hidden = silent.filter((field) => !unknown.includes(field));
  if (unknown.length + unit.length > 0) {
    const fields = inWords([...unknown, ...unit]);
    hints.push(`The schema of the server has no attribute for ${fields}: these fields stay unchanged.`);
  }
  if (hidden.length > 0) {
    const fields = inWords(hidden);
    hints.push(
      `None of the first ${users.length} users has ${fields}: the attribute is empty, or the bind DN cannot read it.`,
    );
  }
  const several = users.filter((entry) => bytesOf(entry, plan.users.idAttribute).length > 1).length;
  if (several > 0) {
    const id = plan.users.idAttribute;
    hints.push(
      `${several} of the first ${users.length} users have several values of the id ${id}; use one that has one value.`,
    );
  }
  if (departments?.length === 0) {
    hints.push(`No entry below "${plan.departments?.baseDn}" matches the departments' filter.`);
  }
  return hints;
}

type Field = readonly [field: string, attributes: readonly string[]];

const isShown = ([, attributes]: Field, entries: readonly LdapEntry[]) =>
  attributes.some((name) => entries.some((entry) => bytesOf(entry, name).length > 0));

const isUnknown = ([, attributes]: Field, schema: AttributeSchema | undefined) =>
  attributes.every((name) => schema?.knows(name) === false);

/** For departments, only the mapped attributes: managedBy of the preset is not in the standard schema. */
function unknownFields(
  config: LdapConfig,
  { fields }: KindPlan,
  { departments, schema }: { departments: readonly LdapEntry[]; schema: AttributeSchema | undefined },
): readonly Field[] {
  const mapped = config.departments?.attributes ?? {};
  return Object.entries(fields).filter(
    (field) => Object.hasOwn(mapped, field[0]) && isUnknown(field, schema) && !isShown(field, departments),
  );
}

const inWords = (fields: readonly Field[]) =>
  fields.map(([field, attributes]) => `${field} (${attributes.join(', ')})`).join(', ');

type Message = SourceMessage<LdapCursor>;

/**
 * Keeps a problem that all entries share, an attribute that the server does not have, only in the first record of its
 * kind: a read of 10,000 users reports it once. An attribute of the preset is not reported, because a preset covers
 * several kinds of server.
 */
export function commonProblems(config: LdapConfig): (message: Message) => Message {
  const named = new Set<string>();
  return (message) => {
    if (message.type !== 'records') return message;
    const { attributes = {} } = (message.kind === USER ? config.users : config.departments) ?? {};
    const keep = ({ code, field }: FieldProblem): boolean => {
      if (code !== 'unknown_attribute') return true;
      const key = `${message.kind}/${field}`;
      if (named.has(key) || !Object.hasOwn(attributes, field.replace(/^attributes\./, ''))) return false;
      named.add(key);
      return true;
    };
    const records = message.records.map((record): SourceRecord => {
      const { problems = [], ...rest } = record;
      if (problems.length === 0) return record;
      const kept = problems.filter(keep);
      return kept.length === 0 ? rest : { ...rest, problems: kept };
    });
    return { ...message, records };
  };
}
