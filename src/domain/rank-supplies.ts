import { customFieldPath, customFieldsOf, type Fields } from './fields.js';
import { isManual } from './manual-source.js';

/** The fields that one source supplies for a row. */
export interface Supply {
  readonly sourceId: string;
  readonly sourceName: string;
  readonly priority: number;
  readonly fields: Fields;
}

/**
 * Orders the supplies of a row by priority, the highest first, and by name if priorities are equal (R13). A field that
 * was cleared by hand stays empty: the values of the other sources are left out (R51).
 */
export function rankSupplies<Ranked extends Supply>(supplies: readonly Ranked[]): readonly Ranked[] {
  const ranked = [...supplies].sort((a, b) => b.priority - a.priority || (a.sourceName < b.sourceName ? -1 : 1));
  const [first, ...others] = ranked;
  if (!first || !isManual(first.sourceId)) return ranked;
  return [first, ...others.map((other) => ({ ...other, fields: withoutEmptied(other.fields, first.fields) }))];
}

/** The source of each field's value: a field, or a custom field as `attributes.<name>` → the name of the source. */
export function findSuppliers(ranked: readonly Supply[]): Readonly<Record<string, string>> {
  const suppliers: Record<string, string> = {};
  for (const { sourceId, sourceName, fields } of ranked) {
    for (const [name, value] of flatten(fields)) {
      const supplies = value !== null || isManual(sourceId);
      if (supplies && !Object.hasOwn(suppliers, name)) suppliers[name] = sourceName;
    }
  }
  return suppliers;
}

function flatten({ attributes, ...fields }: Fields): readonly (readonly [string, unknown])[] {
  const custom = Object.entries(customFieldsOf({ attributes }));
  const named = custom.map(([name, value]) => [customFieldPath(name), value] as const);
  return [...Object.entries(fields), ...named].filter(([, value]) => value !== undefined);
}

function withoutEmptied(fields: Fields, byHand: Fields): Fields {
  const kept = Object.fromEntries(
    Object.entries(fields).filter(([name]) => name === 'attributes' || byHand[name] !== null),
  );
  if (!kept['attributes'] || !byHand['attributes']) return kept;
  const emptied = byHand['attributes'] as Fields;
  const custom = Object.entries(kept['attributes'] as Fields).filter(
    ([name]) => !Object.hasOwn(emptied, name) || emptied[name] !== null,
  );
  return { ...kept, attributes: Object.fromEntries(custom) };
}
