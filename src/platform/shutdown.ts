import pTimeout from 'p-timeout';

/** Something that must be ended in order. */
export interface Closing {
  /** For the log. */
  readonly what: string;
  readonly close: () => Promise<unknown>;
}

/** What did not end well. */
export interface Unclosed {
  readonly what: string;
  readonly cause: string;
}

/**
 * Ends things one after another, each within its time: one that hangs or fails must not keep the others open.
 *
 * @returns what did not end well.
 */
export async function closeAll(closings: readonly Closing[], timeoutMs = 5_000): Promise<readonly Unclosed[]> {
  const unclosed: Unclosed[] = [];
  for (const { what, close } of closings) {
    const cause = await closeWithin(close, timeoutMs);
    if (cause !== null) unclosed.push({ what, cause });
  }
  return unclosed;
}

async function closeWithin(close: () => Promise<unknown>, timeoutMs: number): Promise<string | null> {
  const fallback = () => `still open after ${timeoutMs} ms`;
  try {
    return await pTimeout(
      close().then(() => null),
      { milliseconds: timeoutMs, fallback },
    );
  } catch (error) {
    return String(error);
  }
}
