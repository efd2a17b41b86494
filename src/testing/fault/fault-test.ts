import { CONTROL } from './control-words.js';
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

/** Whether this run is the controls'. */
export const ARE_CONTROLS = process.env['FAULT_CONTROLS'] === 'true';

/**
 * Declares tests, or with FAULT_CONTROLS=true their controls: the same body on a product that lacks a guard, which must
 * fail on an expectation. A body that breaks otherwise (a process that can't start, a point never reached) shows
 * nothing, so such a control fails. Controls that lack the same follow each other, so that they can share processes.
 */
export function faultTests(tests: readonly FaultTest[]): void {
  if (!ARE_CONTROLS) {
    for (const { name, run, timeoutMs } of tests) test(name, () => run(NOTHING), timeoutMs);
    return;
  }
  const controls = tests.flatMap((one) => one.without.map((guard) => ({ ...one, guard })));
  for (const { name, guard, run, timeoutMs } of controls.sort(byGuard)) {
    test(`${name} ${CONTROL} ${guard}`, () => expectRed(() => run(MUTATIONS[guard])), timeoutMs);
  }
}

function byGuard(a: { readonly guard: string }, b: { readonly guard: string }): number {
  return a.guard < b.guard ? -1 : a.guard > b.guard ? 1 : 0;
}

async function expectRed(run: () => Promise<void>): Promise<void> {
  const error = await run().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error === null) throw new Error('NOT RED: the test passes although the guard is off.');
  if (!isFailedExpectation(error)) throw new Error('NOT RED: the test broke before it could tell.', { cause: error });
}

/** Whether an error is a failed expectation: Jest marks what its matchers throw. */
export function isFailedExpectation(error: unknown): boolean {
  return error instanceof Object && 'matcherResult' in error;
}
