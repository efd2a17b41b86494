/** Most records in one message. */
const BATCH = 500;

/** Cuts a list into parts that fit one message. */
export function* inBatches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += BATCH) yield items.slice(at, at + BATCH);
}
