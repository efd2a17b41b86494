import type { UniqueField } from './match-key.js';

/** A user who has or claims a unique value: the user's value of the field now, and after the plan of a task. */
export interface Stake {
  readonly field: UniqueField;
  readonly targetId: string;
  /** The record of its line; null where the plan has no line for the user. */
  readonly externalId: string | null;
  /** The look of the user's value (R5); null if the user has none or is not in force. */
  readonly has: string | null;
  /** The same after the plan. Equal to `has` where nothing changes. */
  readonly gets: string | null;
  /** The compared forms of both. */
  readonly hasKey: string | null;
  readonly getsKey: string | null;
  /** The user is not in force, and the row keeps the new value for later. */
  readonly returns: boolean;
}

/** A value that a user cannot have. */
export interface LostValue {
  readonly stake: Stake;
  readonly holderId: string;
  /** The value differs from the holder's, but looks like it (R5). */
  readonly lookalike: boolean;
}

/**
 * The values that are not written, and the users who give up or take over a value: their lines need one transaction.
 */
export interface CompetingValues {
  readonly lost: readonly LostValue[];
  readonly moving: ReadonlySet<string>;
}

/**
 * Decides which user gets each value (R12). Of all values with the same look, only one user in force has one: the user
 * who has it and keeps it, else a user who had it before, else the claimer with the first external id. A user who does
 * not get a claimed value keeps the current one, which other users then cannot get.
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

/** One value of one field, and the users who have or claim it. */
interface Seat {
  /** Have it and keep it. */
  readonly keepers: Stake[];
  /** Have it and give it up. */
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
