import { RequestError } from '../../domain/errors.js';

/** What bodies may occupy at once, in one process. */
export interface BodyLimits {
  /** Of one key or account. */
  readonly bytesPerCaller: number;
  /** Of one key or account: a record costs more memory and time than its bytes say. */
  readonly recordsPerCaller: number;
  readonly bytes: number;
}

/** For each caller four bodies with as many bytes, and ten with as many records, as one may have; 96 MB in all. */
export const DEFAULT_BODY_LIMITS: BodyLimits = {
  bytesPerCaller: 40 * 1_048_576,
  recordsPerCaller: 100_000,
  bytes: 96 * 1_048_576,
};

/** The first bytes of each body do not count: small requests pass while large ones fill the budget. */
const FREE_BYTES = 65_536;
const RETRY_AFTER_S = 2;

/** The part of the budget that one request holds. */
export interface BodyShare {
  /** Says how long the body will be: all of it is taken with the first bytes that count, or refused then. */
  announce(bytes: number): void;
  /**
   * Adds bytes that were read.
   * @throws RequestError 429 `too_much_in_flight`, 503 `busy`, with `Retry-After`
   */
  take(bytes: number): void;
  /**
   * Adds records that were found in what was read, before they are parsed.
   * @throws RequestError 429 `too_much_in_flight`, with `Retry-After`
   */
  takeRecords(count: number): void;
  /** Gives everything back; a second call does nothing. */
  release(): void;
}

/**
 * Bounds the memory that bodies occupy from their first byte until what they say is stored. Bytes count as they are
 * read, after decompression; those of a body whose length is announced count together, so that of many large bodies at
 * once some are taken whole instead of all in part. Records count once they are found.
 */
export class BodyBudget {
  private total = 0;
  private readonly bytesOf = new Map<string, number>();
  private readonly recordsOf = new Map<string, number>();

  constructor(private readonly limits: BodyLimits) {}

  /** Begins a request of a caller (the id of a key or account, or an address). */
  open(caller: string): BodyShare {
    let read = 0;
    let announced = 0;
    let held = 0;
    let records = 0;
    let isReleased = false;
    return {
      announce: (bytes) => (announced = bytes),
      take: (bytes) => {
        if (isReleased) return;
        read += bytes;
        if (read <= FREE_BYTES) return;
        const more = Math.max(read, announced) - FREE_BYTES - held;
        if (more <= 0) return;
        this.refuseAbove(caller, more);
        this.add(caller, more);
        held += more;
      },
      takeRecords: (count) => {
        if (isReleased) return;
        this.refuseRecordsAbove(caller, count);
        add(this.recordsOf, caller, count);
        records += count;
      },
      release: () => {
        if (isReleased) return;
        isReleased = true;
        this.add(caller, -held);
        add(this.recordsOf, caller, -records);
      },
    };
  }

  private refuseAbove(caller: string, more: number): void {
    const { bytesPerCaller, bytes } = this.limits;
    if ((this.bytesOf.get(caller) ?? 0) + more > bytesPerCaller)
      throw tooMuchInFlight(`The open requests of this key have more than ${inMegabytes(bytesPerCaller)} MB in total.`);
    if (this.total + more > bytes)
      throw new RequestError(
        ...([503, 'busy'] as const),
        'The service is processing the maximum number of large requests.',
        ...[undefined, RETRY_AFTER_S],
      );
  }

  private refuseRecordsAbove(caller: string, more: number): void {
    const { recordsPerCaller } = this.limits;
    if ((this.recordsOf.get(caller) ?? 0) + more > recordsPerCaller)
      throw tooMuchInFlight(`The open requests of this key have more than ${recordsPerCaller} records in total.`);
  }

  private add(caller: string, bytes: number): void {
    this.total += bytes;
    add(this.bytesOf, caller, bytes);
  }
}

/** Nothing is kept of a caller who has nothing in flight. */
function add(amounts: Map<string, number>, caller: string, more: number): void {
  const amount = (amounts.get(caller) ?? 0) + more;
  if (amount > 0) amounts.set(caller, amount);
  else amounts.delete(caller);
}

function tooMuchInFlight(why: string): RequestError {
  const message = `${why} Send the request again when some of them are answered.`;
  return new RequestError(429, 'too_much_in_flight', message, undefined, RETRY_AFTER_S);
}

const inMegabytes = (bytes: number) => Math.round(bytes / 1_048_576);
