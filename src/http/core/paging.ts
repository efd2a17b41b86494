import { z } from 'zod';

/** `?limit=` of every list. */
export const limitQuery = z.coerce.number().int().min(1).max(200).default(50).describe('Items per page, 1 to 200.');

/** `?cursor=` of lists that go by id: the page after the one that answered it. */
export const idCursorQuery = cursorQuery(z.tuple([z.uuid()])).transform((parts) => parts?.[0] ?? null);

/** `?cursor=`: opaque to callers, parts of a known shape to us; null for the first page. */
export function cursorQuery<Parts>(parts: z.ZodType<Parts>) {
  return z
    .string()
    .max(1_000)
    .optional()
    .describe('`nextCursor` of the previous page.')
    .transform((text, context): Parts | null => {
      if (text === undefined) return null;
      const parsed = parts.safeParse(decode(text));
      if (parsed.success) return parsed.data;
      context.addIssue({ code: 'custom', message: 'Is not a cursor of this list.' });
      return z.NEVER;
    });
}

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** null = the last page. */
  readonly nextCursor: string | null;
}

/** Makes a page of rows that were read one more than the limit. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  shape: { readonly item: (row: Row) => Item; readonly cursor: (row: Row) => readonly (string | number | null)[] },
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const nextCursor = rows.length > limit && last !== undefined ? encode(shape.cursor(last)) : null;
  return { items: shown.map(shape.item), nextCursor };
}

/** What a list answers. */
export function pageOf(item: z.ZodType) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

/** A yes-or-no filter. */
export const booleanQuery = z.enum(['true', 'false']).transform((text) => text === 'true');

function encode(parts: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

function decode(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown;
  } catch {
    return null;
  }
}
