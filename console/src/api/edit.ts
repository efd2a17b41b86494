import { callApi, withQuery } from './call-api.js';
import type { DepartmentDetail, UserDetail } from './types.js';

/** What is edited. */
export interface EditTarget {
  readonly kind: 'user' | 'department';
  readonly id: string;
}

/** What an edit by hand sets, what it gives back to the sources, and what it decides about a person. */
export interface Edit {
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly release?: readonly string[];
  readonly locked?: boolean;
  readonly protected?: boolean;
}

/** Why a field of an edit was not taken. */
export interface EditProblem {
  readonly field: string;
  readonly code: string | null;
  readonly message: string;
}

/** What an edit came to. */
export interface EditAnswer {
  /** The object after the edit; null while the task of the edit has not ended. */
  readonly view: UserDetail | DepartmentDetail | null;
  readonly taskId: string | null;
  /** The fields that were not taken. */
  readonly problems: readonly EditProblem[];
}

/** How long the server may wait for the task of an edit, in seconds. */
const WAIT_S = 10;
const PATHS = { user: 'users', department: 'departments' } as const;

type Body = (UserDetail | DepartmentDetail | object) & {
  readonly taskId?: string | null;
  readonly problems?: readonly EditProblem[];
};

/**
 * Edits fields by hand, gives them back to the sources, locks or protects a person.
 * @throws ApiProblem `invalid_request` and others.
 */
export async function sendEdit({ kind, id }: EditTarget, edit: Edit): Promise<EditAnswer> {
  const {
    taskId = null,
    problems = [],
    ...view
  } = await callApi<Body>('PATCH', withQuery(`/${PATHS[kind]}/${id}`, { wait: WAIT_S }), edit);
  return { view: 'id' in view ? view : null, taskId, problems };
}
