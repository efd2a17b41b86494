import type { SyncError } from '../../domain/errors.js';
import { type LookUp, lookUp } from '../kit/prove-unseen.js';
import type { DingtalkApi } from './dingtalk-api.js';
import {
  DEPARTMENT_OUT_OF_SCOPE,
  DingtalkApiError,
  DingtalkShapeError,
  INVALID_USER_ID,
  isApiError,
  NO_SUCH_DEPARTMENT,
  NO_SUCH_USER,
  USER_OUT_OF_SCOPE,
} from './classify-answer.js';
import type { DingtalkDepartment, DingtalkUser } from './dingtalk-shapes.js';

/** Looks up one person. @throws SyncError for an error that does not concern this person */
export function lookUpUser(api: DingtalkApi, id: string): Promise<LookUp<DingtalkUser>> {
  return ask(api.user(id), NO_SUCH_USER, USER_OUT_OF_SCOPE, INVALID_USER_ID);
}

/** Looks up one department. @throws SyncError for an error that does not concern this department */
export function lookUpDepartment(api: DingtalkApi, id: string): Promise<LookUp<DingtalkDepartment>> {
  return ask(api.department(id), NO_SUCH_DEPARTMENT, DEPARTMENT_OUT_OF_SCOPE);
}

const ask = <Found>(work: Promise<Found>, ...gone: readonly number[]): Promise<LookUp<Found>> =>
  lookUp(work, { isGone: (error) => isApiError(error, ...gone), isUnreadable });

const isUnreadable = (error: unknown): error is SyncError =>
  error instanceof DingtalkApiError || error instanceof DingtalkShapeError;
