type CleanRecord = Readonly<Record<string, unknown>>;

/** What a source says after it said `earlier` and then `later`: absent keys stay (R3), custom fields one by one. */
export function mergeRecords(earlier: CleanRecord, later: CleanRecord): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...earlier, ...later };
  const attributes = { ...(earlier['attributes'] as CleanRecord), ...(later['attributes'] as CleanRecord) };
  if (Object.keys(attributes).length > 0) merged['attributes'] = attributes;
  return merged;
}
