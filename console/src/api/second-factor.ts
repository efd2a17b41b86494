import { callApi } from './call-api.js';
import type { OfferedFactor, SecondFactor } from './types.js';

/** Password and code, said again. */
export interface Proofs {
  readonly password: string;
  readonly code: string;
}

/** A second factor to be put in force. */
export interface Enrolment extends Proofs {
  readonly offer: string;
  /** A code of the one that holds now, where there is one. */
  readonly present?: string;
}

/** How the own second factor stands. */
export function readSecondFactor(): Promise<SecondFactor> {
  return callApi<SecondFactor>('GET', '/session/second-factor');
}

/** A new secret for an authenticator app, good for ten minutes. */
export function offerSecondFactor(): Promise<OfferedFactor> {
  return callApi<OfferedFactor>('POST', '/session/second-factor/offer');
}

/** Puts an offered second factor in force. @returns the recovery codes. @throws ApiProblem `wrong_code`, `wrong_password`. */
export async function enrolSecondFactor(given: Enrolment): Promise<readonly string[]> {
  return (await callApi<Codes>('POST', '/session/second-factor/enrol', given)).recoveryCodes;
}

/** Makes new recovery codes. @throws ApiProblem `wrong_code`, `wrong_password`. */
export async function renewRecoveryCodes(given: Proofs): Promise<readonly string[]> {
  return (await callApi<Codes>('POST', '/session/second-factor/recovery-codes', given)).recoveryCodes;
}

/** Ends the own second factor. @throws ApiProblem `second_factor_required`, `wrong_code`, `wrong_password`. */
export async function endSecondFactor(given: Proofs): Promise<void> {
  await callApi('POST', '/session/second-factor/end', given);
}

interface Codes {
  readonly recoveryCodes: readonly string[];
}
