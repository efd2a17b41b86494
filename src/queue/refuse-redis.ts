/** Oldest Redis that BullMQ 6 is at home on. */
const OLDEST = [6, 2] as const;

/**
 * Why this Redis must not keep the queue, or null.
 *
 * @param info the answer of the command INFO.
 */
export function refuseRedis(info: string): string | null {
  const version = field(info, 'redis_version') ?? '0';
  if (isOlder(version)) return `Redis ${version} is too old for the queue: 6.2 or newer is needed.`;
  const policy = field(info, 'maxmemory_policy') ?? 'noeviction';
  if (policy === 'noeviction') return null;
  return (
    `Redis has maxmemory-policy "${policy}": it evicts jobs if memory runs out. ` +
    'Set it to noeviction (redis.conf, or CONFIG SET maxmemory-policy noeviction).'
  );
}

/**
 * What this Redis risks although it may keep the queue, and what to set; or null.
 *
 * @param info the answer of the command INFO.
 */
export function riskOfRedis(info: string): string | null {
  if (field(info, 'aof_enabled') !== '0') return null;
  return (
    'Redis writes no append-only file: a crash empties the queue. No task is lost, but each gets a new job only ' +
    'after about 20 s. Set appendonly to yes (redis.conf, or CONFIG SET appendonly yes).'
  );
}

function field(info: string, name: string): string | null {
  const line = info.split(/\r?\n/).find((one) => one.startsWith(`${name}:`));
  return line?.slice(name.length + 1) ?? null;
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}
