import type { Limit } from './part.js';

/** What the product is meant to reach on two cores. */
export const LIMITS = {
  firstLoad: { of: 'ratio', most: 2.5 },
  unchanged: { of: 'ratio', most: 1 },
  onePercent: { of: 'ratio', most: 1.2 },
  tenfold: { of: 'ratio', most: 11 },
  peer: { of: 'ratio', least: 100 },
  workerMegabytes: { of: 'value', most: 300 },
  lagMs: { of: 'value', most: 50 },
  idlePushP50: { of: 'value', most: 25 },
  idlePushP95: { of: 'value', most: 60 },
  sustainedPushes: { of: 'value', least: 1_500 },
  abuseP95: { of: 'value', most: 250 },
  abuseMemory: { of: 'value', most: 1.2 },
  lostPushes: { of: 'value', most: 0 },
} as const satisfies Record<string, Limit>;
