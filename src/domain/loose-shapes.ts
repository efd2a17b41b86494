import { z } from 'zod';

// The forms of one value that vendors send. A value of any other form is an invalid field (invalid-fields.ts).

/** A text; a number is kept as text. Absent and null are kept (R3). */
export const looseText = z.union([z.string(), z.number().transform(String)], { error: 'must be a text' }).nullish();

/** An id: a text that is not empty, or an integer that is kept as text. */
export const looseId = z.union([z.string().min(1), z.number().int().transform(String)], {
  error: 'must be an id: a text or an integer',
});

/** An integer, also as digits in a text. `''`, `true` and lists are refused: `Number()` would turn them into 0 or 1. */
export const looseInteger = z.union(
  [
    z.number().int(),
    z
      .string()
      .regex(/^\s*-?\d{1,15}\s*$/)
      .transform(Number),
  ],
  { error: 'must be an integer' },
);

/** A list whose items must all be valid: null is not. */
export const idList = z.array(looseId).nullish();

/** A list without its null items; absent and null are kept. */
export function looseList<Item extends z.ZodType>(item: Item) {
  return z
    .array(item.nullable())
    .transform((items) => items.filter((one): one is NonNullable<typeof one> => one !== null))
    .nullish();
}
