import type { Part } from './part.js';
import { abusePart } from './parts/abuse.part.js';
import { floorPart } from './parts/floor.part.js';
import { growthPart } from './parts/growth.part.js';
import { latencyPart } from './parts/latency.part.js';
import { peerPart } from './parts/peer.part.js';
import { pushPart } from './parts/push.part.js';
import { readsPart } from './parts/reads.part.js';
import { singlesPart } from './parts/singles.part.js';
import { wholeInPostgresPart, wholePart, wholeWithoutLogPart } from './parts/whole.part.js';
import { workersPart } from './parts/workers.part.js';

/** In the order of a run. */
const ALL_PARTS: readonly Part[] = [
  ...[floorPart, wholePart, wholeWithoutLogPart, wholeInPostgresPart, peerPart],
  ...[pushPart, singlesPart, latencyPart, growthPart, workersPart, readsPart, abusePart],
];

/** The parts of these names, in the order of a run; null = all. @throws Error when a name is none. */
export function chooseParts(names: readonly string[] | null): readonly Part[] {
  const unknown = names?.filter((name) => !ALL_PARTS.some((part) => part.name === name)) ?? [];
  const known = ALL_PARTS.map(({ name }) => name).join(', ');
  if (unknown.length > 0) throw new Error(`There is no part "${unknown.join('", "')}". Use one of ${known}.`);
  return ALL_PARTS.filter(({ name }) => names === null || names.includes(name));
}
