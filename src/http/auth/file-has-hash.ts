import { type FileHandle, open } from 'node:fs/promises';

/** A hash in hex, a colon, a count and an end of line: 54 bytes at most. Twice as much always holds a whole one. */
const WINDOW_BYTES = 160;
const LINE = /^([0-9A-F]{40})(?::\d+)?$/;

interface Line {
  readonly start: number;
  readonly end: number;
  readonly hash: string;
}

/**
 * Whether a file of SHA-1 hashes has this one: lines as Have I Been Pwned gives them out (`<40 capital hex>:<count>`),
 * sorted by hash. Some 35 short reads, whatever its size.
 * @throws Error when it can't be read or has other lines.
 */
export async function fileHasHash(path: URL, hash: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    let [low, high] = [0, (await file.stat()).size];
    // The line that is looked for begins at `low` or later, and before `high`.
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const line = await lineFrom(file, middle);
      if (line?.hash === hash) return true;
      if (line === null || line.start >= high || line.hash > hash) high = middle;
      else low = line.end;
    }
    return false;
  } finally {
    await file.close();
  }
}

/** The first line that begins at `position` or after it; null = none does. */
async function lineFrom(file: FileHandle, position: number): Promise<Line | null> {
  // One byte before: a line that begins right here follows an end of line.
  const from = Math.max(position - 1, 0);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(WINDOW_BYTES), 0, WINDOW_BYTES, from);
  const text = buffer.toString('latin1', 0, bytesRead);
  const begin = position === 0 ? 0 : text.indexOf('\n') + 1;
  if (position > 0 && begin === 0 && bytesRead === WINDOW_BYTES) throw wrong();
  if ((position > 0 && begin === 0) || begin >= bytesRead) return null;
  const next = text.indexOf('\n', begin);
  const end = next === -1 ? bytesRead : next + 1;
  const [, hash] = LINE.exec(text.slice(begin, end).trim()) ?? [];
  if (hash === undefined) throw wrong();
  return { start: from + begin, end: from + end, hash };
}

function wrong(): Error {
  return new Error('The file of breached passwords wants lines of a SHA-1 in capital hex, a colon and a count.');
}
