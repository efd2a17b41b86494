import type { Clock } from './clock.js';

/** A token and how long it is good for. */
export interface FreshToken {
  readonly token: string;
  readonly expiresInMs: number;
}

/** Tokens of a process, by what they were issued to. Only one is requested at a time. */
export interface TokenCache {
  /**
   * @param key the issuer, the app and its secret (hashed): two secrets of one app have two tokens
   * @param fetch must not depend on one caller's life: all that wait for the token share it
   */
  get(key: string, fetch: () => Promise<FreshToken>): Promise<string>;
  /** Forgets a token that was refused; a newer one that another call fetched meanwhile stays. */
  drop(key: string, refused: string): void;
}

/** Asks again so long before the end, or in the last tenth of a short life. */
const MARGIN_MS = 5 * 60_000;

/** Makes an empty cache. */
export function createTokenCache({ now }: Pick<Clock, 'now'>): TokenCache {
  const kept = new Map<string, { readonly token: string; readonly untilMs: number }>();
  const flights = new Map<string, Promise<string>>();
  const fly = async (key: string, fetch: () => Promise<FreshToken>): Promise<string> => {
    try {
      const { token, expiresInMs } = await fetch();
      kept.set(key, { token, untilMs: now() + expiresInMs - Math.min(MARGIN_MS, expiresInMs / 10) });
      return token;
    } finally {
      flights.delete(key);
    }
  };
  return {
    async get(key, fetch) {
      const found = kept.get(key);
      if (found && found.untilMs > now()) return found.token;
      const flight = flights.get(key) ?? fly(key, fetch);
      flights.set(key, flight);
      return flight;
    },
    drop(key, refused) {
      if (kept.get(key)?.token === refused) kept.delete(key);
    },
  };
}
