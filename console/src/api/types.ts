/** The API's answers, typed by the very schemas that the server checks and documents them with. */
import type { z } from 'zod';
import type { SiblingView } from '../../../src/http/api/departments/department-view.js';
import type { offeredFactorSchema, secondFactorSchema } from '../../../src/http/api/session/session-schema.js';
import type { memberSchema } from '../../../src/http/api/users/user-view.js';

export type { DepartmentDetail, DepartmentView } from '../../../src/http/api/departments/department-view.js';
export type {
  Dashboard,
  LinkCount,
  RecentTask,
  SourceOverview,
} from '../../../src/http/api/overview/overview-schema.js';
export type { SourceView } from '../../../src/http/api/sources/source-schema.js';
export type { ChangeView, TaskView } from '../../../src/http/api/tasks/task-schema.js';
export type { UserDetail, UserView } from '../../../src/http/api/users/user-view.js';
export type { TaskMode, TaskStatus } from '../../../src/domain/task.js';
export type { ChangeOutcome } from '../../../src/domain/change.js';
export type { Duty } from '../../../src/access/sessions/duty.js';
export type { Role } from '../../../src/access/accounts/principal.js';

/** A department among its siblings. */
export type Sibling = SiblingView;
/** A member of a department. */
export type Member = z.output<typeof memberSchema>;

/** How a person's second factor stands. */
export type SecondFactor = z.output<typeof secondFactorSchema>;
/** A secret for an authenticator app, not yet in force. */
export type OfferedFactor = z.output<typeof offeredFactorSchema>;

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}
