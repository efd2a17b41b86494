import { z } from 'zod';
import { isLongerThan } from '../../domain/text.js';

/** How long a text may be. */
interface TextLimits {
  /** Least UTF-16 units; 0 = the text may be empty. */
  readonly min?: number;
  /** Most characters: Unicode code points, as in a record (R1) and in JSON Schema's `maxLength`. */
  readonly max: number;
  /** Takes white space around the text off first. */
  readonly trim?: boolean;
}

/** A text of a request. Its length is counted in characters: an emoji or a rare Chinese character is one. */
export function text({ min = 1, max, trim = false }: TextLimits): z.ZodString {
  const base = trim ? z.string().trim() : z.string();
  return base
    .min(min)
    .check((payload) => {
      if (!isLongerThan(payload.value, max)) return;
      payload.issues.push({ code: 'too_big', origin: 'string', maximum: max, inclusive: true, input: payload.value });
    })
    .meta({ maxLength: max });
}
