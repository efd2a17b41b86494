import { RequestError } from '../../../domain/errors.js';
import { inTransaction, type Tx } from '../../../platform/db.js';
import { recordAudit } from '../../../audit/audit.store.js';
import { checkSecondFactor } from '../../../access/second-factor/check-second-factor.js';
import { actorOf } from '../../../access/accounts/principal.js';
import {
  hashRecoveryCode,
  newRecoveryCodes,
  readRecoveryCode,
  stepOfCode,
} from '../../../access/second-factor/second-factor-codes.js';
import {
  deleteSecondFactor,
  findSecondFactor,
  saveRecoveryCodes,
  saveSecondFactor,
  type SecondFactor,
  secondFactorForHash,
} from '../../../access/second-factor/second-factor.store.js';
import { openOffer, sealFactorSecret } from '../../../access/second-factor/second-factor-secret.js';
import { endOtherSessions, noteSecondFactor } from '../../../access/sessions/session.store.js';
import type { Call, Reply } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { countedAddress, passwordSessionOf, proveAgain, sessionHashOf } from './session-of.js';

/** Password and code, said again. */
interface Proofs {
  readonly password: string;
  readonly code: string;
}

interface Enrolment extends Proofs {
  readonly offer: string;
  readonly present?: string | undefined;
}

type CallWith<Body> = Call<unknown, unknown, Body>;

/** Puts an offered second factor in force, in the place of the former one where there is one. */
export async function enrolSecondFactor(deps: HttpDeps, call: CallWith<Enrolment>): Promise<Reply> {
  const { body, principal } = call;
  const session = passwordSessionOf(principal);
  // First what costs nothing: a slip of the finger must not use a recovery code up.
  const secret = openOffer(deps.keyring, body.offer, { session: session.hash, nowMs: Date.now() });
  if (!secret) throw new RequestError(422, 'offer_expired', 'The offered secret has expired: request a new one.');
  const lastStep = stepOfCode(secret, body.code, Date.now());
  if (lastStep === null) throw wrongCode('code');
  const former = await findSecondFactor(deps.db.prisma, principal.id);
  if (former && body.present === undefined) throw wrongCode('present');
  await prove(deps, call, { password: body.password, code: former ? body.present : undefined, path: 'present' });
  const accountId = principal.id;
  const sealed = sealFactorSecret(deps.keyring, accountId, secret);
  const codes = newRecoveryCodes();
  const factor = { accountId, secret: sealed, lastStep, recoveryHashes: hashesOf(codes) };
  await change(deps, call, {
    action: 'account.second-factor',
    work: (tx) => enforce(tx, factor, { former, hash: sessionHashOf(session) }),
  });
  return { status: 200, body: { recoveryCodes: codes } };
}

/** Makes new recovery codes. */
export async function renewRecoveryCodes(deps: HttpDeps, call: CallWith<Proofs>): Promise<Reply> {
  passwordSessionOf(call.principal);
  await prove(deps, call, { ...call.body, path: 'code' });
  const codes = newRecoveryCodes();
  await change(deps, call, {
    action: 'account.recovery-codes',
    work: async (tx) => (await saveRecoveryCodes(tx, call.principal.id, hashesOf(codes)), {}),
  });
  return { status: 200, body: { recoveryCodes: codes } };
}

/** Ends the second factor, where none is required. */
export async function endSecondFactor(deps: HttpDeps, call: CallWith<Proofs>): Promise<Reply> {
  const { id } = call.principal;
  const hash = sessionHashOf(passwordSessionOf(call.principal));
  if (deps.settings.secondFactor === 'required')
    throw new RequestError(
      403,
      'second_factor_required',
      'A second factor is required and cannot be removed. Replace it instead.',
    );
  await prove(deps, call, { ...call.body, path: 'code' });
  await change(deps, call, {
    action: 'account.second-factor-end',
    async work(tx) {
      await deleteSecondFactor(tx, id);
      return { sessions: await endOtherSessions(tx, id, hash) };
    },
  });
  return { status: 204 };
}

async function enforce(
  tx: Tx,
  factor: Parameters<typeof saveSecondFactor>[1],
  { former, hash }: { readonly former: SecondFactor | null; readonly hash: Uint8Array<ArrayBuffer> },
) {
  if (!(await saveSecondFactor(tx, factor, former)))
    throw new RequestError(409, 'second_factor_changed', 'Another session has changed the second factor.');
  await noteSecondFactor(tx, hash);
  return { replaced: former !== null, sessions: await endOtherSessions(tx, factor.accountId, hash) };
}

/** The password, and a code where one is given, as slowly and as limited as signing in. */
async function prove(
  deps: HttpDeps,
  call: CallWith<unknown>,
  { password, code, path }: { readonly password: string; readonly code: string | undefined; readonly path: string },
): Promise<void> {
  await proveAgain(deps, { call, password, field: 'password' });
  if (code === undefined) return;
  const { principal, request } = call;
  await checkSecondFactor(deps, { accountId: principal.id, code, address: countedAddress(request), path });
}

/** Does something to the caller's second factor and writes it down. */
async function change(
  { db }: HttpDeps,
  { principal, requester: { address } }: CallWith<unknown>,
  deed: { readonly action: string; readonly work: (tx: Tx) => Promise<Record<string, number | boolean>> },
): Promise<void> {
  const { id: objectId } = principal;
  await inTransaction(db, async (tx) => {
    const before = await secondFactorForHash(tx, objectId);
    const detail = await deed.work(tx);
    const after = await secondFactorForHash(tx, objectId);
    const { action } = deed;
    await recordAudit(tx, {
      ...{ actor: actorOf(principal), action, objectType: 'account', objectId, address },
      ...{ detail, before, after },
    });
  });
}

function hashesOf(codes: readonly string[]): Uint8Array<ArrayBuffer>[] {
  return codes.map((code) => hashRecoveryCode(readRecoveryCode(code) ?? ''));
}

function wrongCode(path: string): RequestError {
  const message = 'The code is wrong, or too old.';
  return new RequestError(422, 'wrong_code', message, [{ path, message }]);
}
