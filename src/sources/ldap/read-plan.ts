import type { Filter } from 'ldapts';
import { listComputed } from './known-attributes.js';
import type { LdapConfig } from './ldap-config.js';
import { parseFilter } from './parse-filter.js';
import { type FieldAttributes, LDAP_PRESETS } from './presets.js';

/** The request for one kind, and how its entries become records. */
export interface KindPlan {
  readonly baseDn: string;
  readonly filter: Filter;
  readonly idAttribute: string;
  /** Record field → the attributes that may contain it; without `uid`. */
  readonly fields: FieldAttributes;
  /** Those attributes of `fields` that the server computes: the change mark of an entry does not cover them. */
  readonly computed: readonly string[];
  /** Whether `active` is determined by userAccountControl and accountExpires. */
  readonly accountRule: boolean;
}

/** The options of a source, combined with its preset. */
export interface ReadPlan {
  readonly users: KindPlan;
  readonly departments: KindPlan | null;
}

/** Combines a preset with the options that override it. */
export function planRead(config: LdapConfig): ReadPlan {
  const preset = LDAP_PRESETS[config.preset];
  const users = planKind(config.baseDn, preset.idAttribute, preset.users, config.users);
  const departments =
    config.departments && planKind(config.baseDn, preset.idAttribute, preset.departments, config.departments);
  const ownRule = config.users.attributes !== undefined && 'active' in config.users.attributes;
  return { users: { ...users, accountRule: preset.accountRule && !ownRule }, departments };
}

/** Every attribute that the records of a kind are made of. */
export function listAttributes(plan: KindPlan): string[] {
  const rule = plan.accountRule ? ['userAccountControl', 'accountExpires'] : [];
  return [...new Set([plan.idAttribute, ...Object.values(plan.fields).flat(), ...rule])];
}

function planKind(
  baseDn: string,
  idAttribute: string,
  preset: { readonly filter: string; readonly fields: FieldAttributes },
  options: NonNullable<LdapConfig['departments']>,
): KindPlan {
  const { uid, ...overrides } = options.attributes ?? {};
  const fields = override(preset.fields, overrides);
  return {
    baseDn: options.baseDn ?? baseDn,
    filter: parseFilter(options.filter ?? preset.filter),
    idAttribute: uid ?? idAttribute,
    fields,
    computed: listComputed(Object.values(fields).flat()),
    accountRule: false,
  };
}

function override(fields: FieldAttributes, overrides: Readonly<Record<string, string | null>>): FieldAttributes {
  const merged: Record<string, readonly string[]> = { ...fields };
  for (const [field, attribute] of Object.entries(overrides)) {
    if (attribute === null) delete merged[field];
    else merged[field] = [attribute];
  }
  return merged;
}
