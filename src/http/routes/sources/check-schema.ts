import { z } from 'zod';

/** Whether a source's options work, and what to do when they don't. */
export const checkSchema = z
  .object({ ok: z.boolean(), code: z.string().optional(), hint: z.string().optional() })
  .meta({ id: 'CheckResult' });
