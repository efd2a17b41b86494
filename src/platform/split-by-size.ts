/** Cuts a list of texts into runs of at most so many bytes (UTF-8); a longer text is a run of its own. Never answers none. */
export function splitBySize(texts: readonly string[], maxBytes: number): readonly (readonly string[])[] {
  const runs: string[][] = [[]];
  let size = 0;
  for (const text of texts) {
    const bytes = Buffer.byteLength(text) + 1;
    if (size > 0 && size + bytes > maxBytes) {
      runs.push([]);
      size = 0;
    }
    runs.at(-1)?.push(text);
    size += bytes;
  }
  return runs;
}
