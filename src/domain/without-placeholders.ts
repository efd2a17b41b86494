import type { Alternatives } from './choose-values.js';
import type { Placeholders, PlaceholderSort } from './placeholder.js';

/** The fields of a kind that can have placeholders; `ids` is a list of ids, or of objects with a `uid`. */
export type PlaceholderFields = Readonly<Record<string, PlaceholderSort | 'ids'>>;

/** The fields and texts to search for. */
export interface PlaceholderSearch {
  readonly placeholders: Placeholders;
  readonly placeholderFields: PlaceholderFields;
}

type Fields = Readonly<Record<string, unknown>>;

/** A record with null instead of each placeholder (R2, R3); in a list of ids the item is left out. */
export function withoutPlaceholders(record: Fields, { placeholders, placeholderFields }: PlaceholderSearch): Fields {
  const cleared = Object.entries(placeholderFields).flatMap(([field, sort]): [string, unknown][] => {
    if (!Object.hasOwn(record, field)) return [];
    const value = record[field];
    const single = sort === 'ids' ? 'id' : sort;
    if (placeholders.has(single, value)) return [[field, null]];
    if (sort !== 'ids' || !Array.isArray(value)) return [];
    const items = value as readonly unknown[];
    const kept = items.filter((item) => !placeholders.has('id', idOf(item)));
    return kept.length === items.length ? [] : [[field, kept]];
  });
  return cleared.length === 0 ? record : { ...record, ...Object.fromEntries(cleared) };
}

/** The values of fields that have several, without placeholders. */
export function realValues(values: Alternatives, { placeholders, placeholderFields }: PlaceholderSearch): Alternatives {
  return Object.fromEntries(
    Object.entries(values).map(([field, all]) => {
      const sort = Object.hasOwn(placeholderFields, field) ? placeholderFields[field] : undefined;
      if (sort === undefined || sort === 'ids') return [field, all];
      return [field, all.filter((value) => !placeholders.has(sort, value))];
    }),
  );
}

function idOf(item: unknown): unknown {
  return item !== null && typeof item === 'object' ? (item as Fields)['uid'] : item;
}
