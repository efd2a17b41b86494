import type { SyncError } from '../../domain/errors.js';
import { type LookUp, lookUp } from '../kit/look-up.js';
import {
  DEPARTMENT_GONE,
  FeishuApiError,
  FeishuShapeError,
  isApiError,
  NO_SUCH_USER,
  NO_USER_AUTHORITY,
} from './classify-answer.js';
import type { FeishuApi } from './feishu-api.js';
import type { FeishuDepartment, FeishuUser } from './feishu-shapes.js';

/** Looks up one person. @throws SyncError for an error that does not concern this person */
export function lookUpUser(api: FeishuApi, id: string): Promise<LookUp<FeishuUser>> {
  return ask(api.user(id), NO_USER_AUTHORITY, NO_SUCH_USER);
}

/** Looks up one department. @throws SyncError for an error that does not concern this department */
export async function lookUpDepartment(api: FeishuApi, id: string): Promise<LookUp<FeishuDepartment>> {
  const answer = await ask(api.department(id), ...DEPARTMENT_GONE);
  return answer.is === 'there' && answer.found.status?.is_deleted === true ? { is: 'gone' } : answer;
}

const ask = <Found>(work: Promise<Found>, ...gone: readonly number[]): Promise<LookUp<Found>> =>
  lookUp(work, { isGone: (error) => isApiError(error, ...gone), isUnreadable });

const isUnreadable = (error: unknown): error is SyncError =>
  error instanceof FeishuApiError || error instanceof FeishuShapeError;
