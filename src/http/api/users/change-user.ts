import { z } from 'zod';
import { RequestError } from '../../../domain/errors.js';
import { decisionsToStore, type HandDecisions } from '../../../domain/hand-decisions.js';
import { USER } from '../../../domain/record.js';
import { recordAudit } from '../../../audit/audit.store.js';
import { findDecisions } from '../../../directory/decisions.store.js';
import { isErased } from '../../../directory/erase-user.store.js';
import { inTransaction, type Tx } from '../../../platform/db.js';
import type { QueuedEdit } from '../../../tasks/inbox/queue-edit.store.js';
import { type Call, defineRoute, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { awaitEdit, type CheckedEdit, checkEdit, storeEdit } from '../edit-row.js';
import { editAcceptedSchema, editQuery, editResult, releaseSchema, userFieldsSchema } from '../edit-schema.js';
import { readUserDetail, userNotFound } from './user-detail.js';
import { userDetailSchema } from './user-view.js';

const params = z.object({ id: z.uuid() });

const bodySchema = z
  .strictObject({
    locked: z.boolean().optional(),
    protected: z.boolean().optional(),
    fields: userFieldsSchema.optional(),
    release: releaseSchema(userFieldsSchema).optional(),
  })
  .refine(
    ({ fields = {}, release = [], ...decision }) =>
      Object.keys(decision).length + Object.keys(fields).length + release.length > 0,
    'Send `locked`, `protected`, `fields` or `release`.',
  )
  .meta({ id: 'UserChange' });

/** What an admin decides about a user by hand: the lock (R15), the protection (R11), and fields (R51). */
export function changeUserRoute(deps: HttpDeps): Route {
  return defineRoute({
    id: 'changeUser',
    method: 'patch',
    path: '/users/{id}',
    role: 'admin',
    narrowed: 'refused',
    tag: 'Users',
    summary:
      'Lock a user (inactive whatever sources say), protect one (never removed by a sync), edit fields, or release them to the sources',
    params,
    missing: 'user_not_found',
    query: editQuery,
    body: { schema: bodySchema },
    replies: {
      200: { description: 'The user.', schema: userDetailSchema.extend(editResult).meta({ id: 'EditedUser' }) },
      202: { description: 'The change is stored; its task has not ended yet.', schema: editAcceptedSchema },
      409: { description: '`erased`; `changed_meanwhile`: send the change again.' },
      422: {
        description: '`invalid_request`, `invalid_reference`, or the code of a field: `invalid_email`, `no_value` …',
      },
    },
    async handle(call) {
      const target = deps.targets.requireKind(USER);
      const checked = checkEdit(target, call.body);
      const queued = await inTransaction(deps.db, (tx) => decide(tx, deps, call, checked));
      const wait = { waitS: call.query.wait, beginWait: call.beginWait };
      const outcome = queued && (await awaitEdit(deps, target, queued, wait));
      if (queued && !outcome) return { status: 202, body: { taskId: queued.taskId } };
      const { taskId = null, problems = [] } = outcome ?? {};
      return { status: 200, body: { ...(await readUserDetail(deps, call.params.id)), taskId, problems } };
    },
  });
}

type ChangeCall = Call<z.output<typeof params>, unknown, z.output<typeof bodySchema>>;

/** Stores the decisions and the edit as one record, and both in the audit log; null where nothing would change. */
async function decide(
  tx: Tx,
  deps: HttpDeps,
  { params: { id }, body, requester }: ChangeCall,
  checked: CheckedEdit | null,
): Promise<QueuedEdit | null> {
  const standing = await findDecisions(tx, id);
  if (!standing) throw userNotFound(id);
  const decisions = decisionsToStore(decisionsOf(body), standing);
  const decides = Object.keys(decisions).length > 0;
  if (!checked && !decides) return null;
  if (await isErased(tx, id)) throw new RequestError(409, 'erased', `User ${id} was erased: lift the erasure first.`);
  const { requestedBy, address } = requester;
  const edit = { kind: USER, id, ...(checked ?? NO_FIELDS), decisions, requestedBy };
  const queued = await storeEdit(tx, deps.targets.requireKind(USER), edit);
  const { taskId } = queued;
  const deed = { actor: requestedBy, address, objectType: 'user', objectId: id };
  if (checked) {
    const { fields = {}, release = [] } = body;
    const detail = { fields: Object.keys(fields), release: [...release], taskId };
    await recordAudit(tx, { ...deed, action: 'user.edit', detail });
  }
  if (decides) await recordAudit(tx, { ...deed, action: 'user.change', detail: { ...decisions, taskId } });
  return queued;
}

const NO_FIELDS: CheckedEdit = { fields: {}, released: [] };

function decisionsOf(body: ChangeCall['body']): HandDecisions {
  const { locked, protected: isProtected } = body;
  return {
    ...(locked === undefined ? {} : { locked }),
    ...(isProtected === undefined ? {} : { protected: isProtected }),
  };
}
