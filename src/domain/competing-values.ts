import type { UniqueField } from './match-key.js';

/** One user's part in a unique value: what the user has of a field now, and what the plan of a task gives. */
export interface Stake {
  readonly field: UniqueField;
  readonly targetId: string;
  /** The record of its line; null where the plan has no line for the user. */
  readonly externalId: string | null;
  /** What the value that the user has looks like (R5); null where it has none or is out of force. */
  readonly has: string | null;
  /** The same after the plan. Equal to `has` where nothing changes. */
  readonly gets: string | null;
  /** The compared forms of both. */
  readonly hasKey: string | null;
  readonly getsKey: string | null;
  /** The user is out of force, and its row remembers the value that it gets. */
  readonly returns: boolean;
}

/** A value that a user cannot have. */
export interface LostValue {
  readonly stake: Stake;
  readonly holderId: string;
  /** The value is not the holder's, it only looks like it (R5). */
  readonly lookalike: boolean;
}

/** Which values stay out, and which users hand a value on or take it over: their lines belong into one transaction. */
export interface CompetingValues {
  readonly lost: readonly LostValue[];
  readonly moving: ReadonlySet<string>;
}

/**
 * Decides who gets each value (R12). A value looks like one thing, and one user in force has it: the user who has it and
 * keeps it, else a user who returns to it, else the claimer with the first external id. A user who loses a claim keeps
 * the value that it had, which others then cannot have.
 *
 * @param stakes all users who have or claim a value that more than one of them has or claims.
 */
export function resolveCompetingValues(stakes: readonly Stake[]): CompetingValues {
  const seats = new Map<string, Seat>();
  for (const stake of stakes) place(seats, stake);
  const open = [...seats.values()];
  for (let seat = open.pop(); seat; seat = open.pop()) {
    for (const loser of losersOf(seat)) {
      seat.claimers.delete(loser);
      seat.losers.push(loser);
      if (loser.has === null) continue;
      const own = seatOf(seats, loser.field, loser.has);
      own.keepers.push(loser);
      own.leavers.delete(loser);
      open.push(own);
    }
  }
  return { lost: [...seats.values()].flatMap(lostAt), moving: new Set([...seats.values()].flatMap(movingAt)) };
}

/** One value of one field, and who is about to have it. */
interface Seat {
  /** Have it and keep it. */
  readonly keepers: Stake[];
  /** Have it and hand it on. */
  readonly leavers: Set<Stake>;
  readonly claimers: Set<Stake>;
  readonly losers: Stake[];
}

function place(seats: Map<string, Seat>, stake: Stake): void {
  const { field, has, gets } = stake;
  if (has !== null && has === gets) seatOf(seats, field, has).keepers.push(stake);
  if (has === gets) return;
  if (has !== null) seatOf(seats, field, has).leavers.add(stake);
  if (gets !== null) seatOf(seats, field, gets).claimers.add(stake);
}

function seatOf(seats: Map<string, Seat>, field: string, face: string): Seat {
  const name = `${field}/${face}`;
  const seat = seats.get(name) ?? { keepers: [], leavers: new Set<Stake>(), claimers: new Set<Stake>(), losers: [] };
  seats.set(name, seat);
  return seat;
}

function losersOf({ keepers, claimers }: Seat): readonly Stake[] {
  const ranked = [...claimers].sort(byRight);
  return keepers.length > 0 ? ranked : ranked.slice(1);
}

function byRight(a: Stake, b: Stake): number {
  if (a.returns !== b.returns) return a.returns ? -1 : 1;
  const [one, other] = [a.externalId ?? '', b.externalId ?? ''];
  return one < other ? -1 : one > other ? 1 : a.targetId < b.targetId ? -1 : 1;
}

function lostAt({ keepers, claimers, losers }: Seat): LostValue[] {
  const holder = keepers[0] ?? [...claimers][0];
  if (!holder) return [];
  const key = keepers.length > 0 ? holder.hasKey : holder.getsKey;
  return losers.map((stake) => ({ stake, holderId: holder.targetId, lookalike: stake.getsKey !== key }));
}

function movingAt({ leavers, claimers }: Seat): string[] {
  if (leavers.size === 0 || claimers.size === 0) return [];
  return [...leavers, ...claimers].map((stake) => stake.targetId);
}
