/** The API's answers, typed by the very schemas that the server checks and documents them with. */
import type { z } from 'zod';
import type { SiblingView } from '../../../src/http/routes/departments/department-schema.js';
import type { offeredFactorSchema, secondFactorSchema } from '../../../src/http/routes/session/session-schema.js';
import type { memberSchema } from '../../../src/http/routes/users/user-schema.js';

export type { DepartmentView } from '../../../src/http/routes/departments/department-schema.js';
export type {
  Dashboard,
  LinkCount,
  RecentTask,
  SourceOverview,
} from '../../../src/http/routes/overview/overview-schema.js';
export type { SourceView } from '../../../src/http/routes/sources/source-schema.js';
export type { ChangeView, TaskView } from '../../../src/http/routes/tasks/task-schema.js';
export type { UserDetail, UserView } from '../../../src/http/routes/users/user-schema.js';
export type { TaskMode, TaskStatus } from '../../../src/domain/task.js';
export type { ChangeAction, ChangeOutcome } from '../../../src/domain/change.js';
export type { Duty } from '../../../src/http/auth/duty.js';
export type { Role } from '../../../src/http/auth/principal.js';

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
