import type { Edit } from '../../api/edit.js';
import type { EditField } from './edit-field.js';
import { customFieldOf } from './list-custom-fields.js';

/** What was typed, by the name of the field; fields that were not touched are missing. */
export type Typed = Readonly<Record<string, string>>;

/**
 * What to send for what was typed: only the fields whose text differs from the present one. A blank text empties
 * the field. A field that must not be empty, and a text that is no number, go as they are: the API explains them.
 * @returns null when nothing differs.
 */
export function decideEdit(fields: readonly EditField[], typed: Typed): Edit | null {
  const changed = fields.flatMap((field) => {
    const text = typed[field.name];
    return text === undefined || text === field.value ? [] : [[field.name, valueOf(field, text)] as const];
  });
  if (changed.length === 0) return null;
  const own = changed.filter(([name]) => customFieldOf(name) === null);
  const custom = changed.flatMap(([name, value]) => {
    const label = customFieldOf(name);
    return label === null ? [] : [[label, value] as const];
  });
  const attributes = custom.length > 0 ? { attributes: Object.fromEntries(custom) } : {};
  return { fields: { ...Object.fromEntries(own), ...attributes } };
}

function valueOf({ type, isRequired = false }: EditField, text: string): string | number | null {
  const trimmed = text.trim();
  if (trimmed === '') return isRequired ? '' : null;
  const number = Number(trimmed);
  return type === 'number' && Number.isFinite(number) ? number : text;
}
