/** How long a value is used: with the checks of open streams, a revoked key or session ends within a second. */
const CACHE_MS = 500;
/** Only existing values are kept; the bound is for years of rotated keys. */
const CACHE_SIZE = 10_000;

/**
 * Reads each value at most twice a second, for all callers. A missing value, or one that may not be kept, is read each
 * time.
 */
export function ttlCache<T>(
  read: (id: string) => Promise<T | null>,
  mayKeep: (value: T) => boolean = () => true,
): (id: string) => Promise<T | null> {
  const cache = new Map<string, Reading<T>>();
  const underWay = new Map<string, Promise<Reading<T | null>>>();
  const readAnew = async (id: string): Promise<Reading<T | null>> => {
    // Counted from before the read: what changes while it is under way must not live longer.
    const until = Date.now() + CACHE_MS;
    const value = await read(id);
    if (cache.size >= CACHE_SIZE) cache.clear();
    if (value === null || !mayKeep(value)) cache.delete(id);
    else cache.set(id, { value, until });
    return { value, until };
  };
  return async (id) => {
    const cached = cache.get(id);
    if (cached && cached.until > Date.now()) return cached.value;
    const shared = await underWay.get(id);
    // Not what was not there: it may have come into being after the read of another began.
    if (shared && shared.value !== null && mayKeep(shared.value) && shared.until > Date.now()) return shared.value;
    const own = readAnew(id);
    underWay.set(id, own);
    try {
      return (await own).value;
    } finally {
      if (underWay.get(id) === own) underWay.delete(id);
    }
  };
}

interface Reading<T> {
  readonly value: T;
  /** ms since 1970. */
  readonly until: number;
}

/** Whether a thing's last `onceMs` have passed since this was last true for it. */
export function atMostEvery(onceMs: number): (id: string) => boolean {
  const last = new Map<string, number>();
  return (id) => {
    if ((last.get(id) ?? 0) > Date.now() - onceMs) return false;
    if (last.size >= CACHE_SIZE) last.clear();
    last.set(id, Date.now());
    return true;
  };
}
