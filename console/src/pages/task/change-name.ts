import type { ChangeView } from '../../api/types.js';

/** What people call the thing that a change is about: its name, else what the change calls it, else its ids. */
export function changeName(change: ChangeView, names: Readonly<Record<string, string>>): string {
  const known = change.targetId === null ? undefined : names[change.targetId];
  const said = known ?? nameIn(change.after) ?? nameIn(change.before) ?? change.externalId ?? change.targetId ?? '?';
  if (change.kind !== 'membership') return said;
  const department = (change.after ?? change.before)?.['departmentId'];
  return typeof department === 'string' ? `${said} → ${names[department] ?? department}` : said;
}

function nameIn(fields: ChangeView['after']): string | undefined {
  const found = ['nickname', 'title', 'username', 'email'].map((name) => fields?.[name]).find(isText);
  return found;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
