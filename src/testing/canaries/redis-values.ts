import { Redis } from 'ioredis';
import type { Haystack } from '../find-secrets.js';

/** Every key of a Redis with its value. */
export async function redisValues(url: string): Promise<Haystack[]> {
  const client = new Redis(url);
  const texts: Haystack[] = [];
  for (const key of await client.keys('*')) {
    const read = {
      string: () => client.get(key),
      hash: () => client.hgetall(key),
      list: () => client.lrange(key, 0, -1),
      set: () => client.smembers(key),
      zset: () => client.zrange(key, '0', '-1'),
      stream: () => client.xrange(key, '-', '+'),
    }[await client.type(key)];
    texts.push({ from: `redis ${key}`, text: `${key} ${JSON.stringify((await read?.()) ?? null)}` });
  }
  client.disconnect();
  return texts;
}
