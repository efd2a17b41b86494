import { type Mutation, type MutationName, MUTATIONS } from './mutations.js';

/** A test that proves guards, and what each control of it runs without. */
export interface FaultTest {
  /** A sentence, with the rule that it proves. */
  readonly name: string;
  /** Without any one of these the test must fail. */
  readonly without: readonly MutationName[];
  /** The proof; with `mutation` the product lacks a guard. Only a failed expectation shows that it is missed. */
  readonly run: (mutation: Mutation) => Promise<void>;
  /** Default: jest's. */
  readonly timeoutMs?: number;
}

const NOTHING: Mutation = {};

/**
 * Declares the test, or with FAULT_CONTROLS=true its controls: the same body on a product that lacks a guard, which
 * must fail on an expectation. A body that breaks otherwise (a process that can't start, a point never reached) shows
 * nothing, so such a control fails.
 */
export function faultTest({ name, without, run, timeoutMs }: FaultTest): void {
  if (process.env['FAULT_CONTROLS'] !== 'true') {
    test(name, () => run(NOTHING), timeoutMs);
    return;
  }
  for (const guard of without) {
    test(`${name} ${CONTROL} ${guard}`, () => expectRed(() => run(MUTATIONS[guard])), timeoutMs);
  }
}

/** Stands between the name of a test and the guard that its control lacks. */
export const CONTROL = '→ fails without';

async function expectRed(run: () => Promise<void>): Promise<void> {
  const error = await run().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error === null) throw new Error('NOT RED: the test passes although the guard is off.');
  if (!isFailedExpectation(error)) throw new Error('NOT RED: the test broke before it could tell.', { cause: error });
}

/** Jest marks what its matchers throw. */
function isFailedExpectation(error: unknown): boolean {
  return error instanceof Object && 'matcherResult' in error;
}
