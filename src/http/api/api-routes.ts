import type { Authenticator } from '../../access/authenticator.js';
import type { Route } from '../core/define-route.js';
import type { HttpDeps } from '../core/http-deps.js';
import { userDataRoutes } from '../nocobase/user-data-routes.js';
import type { MountedRoutes } from './openapi.js';
import { auditRoute } from './audit/audit.js';
import { departmentRoutes } from './departments/departments.js';
import { hookRoutes } from '../hooks/hooks.js';
import { keyRoutes } from './keys/keys.js';
import { dashboardRoute } from './overview/dashboard.js';
import { sourceOverviewRoutes } from './overview/source-overviews.js';
import { pushRoutes } from './pushes/pushes.js';
import { checkOptionsRoute } from './sources/check-source.js';
import { deleteSourceRoute } from './sources/delete-source.js';
import { ownSessionRoutes } from './session/own-sessions.js';
import { sessionRoutes } from './session/session.js';
import { oidcRoutes } from './session/oidc.js';
import { signInOptionsRoute } from './session/sign-in-options.js';
import { sourceTypesRoute } from './sources/source-types.js';
import { sourceRoutes } from './sources/sources.js';
import { healthRoutes } from './system/health.js';
import { metricsRoute } from './system/metrics.js';
import { changeDetailRoutes } from './tasks/change-details.js';
import { changeExportRoute } from './tasks/change-export.js';
import { taskListRoutes } from './tasks/list-tasks.js';
import { movingTasksEventsRoute } from './tasks/moving-tasks-events.js';
import { taskEventsRoute } from './tasks/task-events.js';
import { taskRoutes } from './tasks/tasks.js';
import { personalDataRoutes } from './users/personal-data.js';
import { userRoutes } from './users/users.js';
import { workersRoute } from './workers/workers.js';

/** Every route of the API, in the groups in which they are mounted. */
export interface ApiRoutes {
  readonly v1: MountedRoutes;
  /** Probes and scrapers know these paths at the root. */
  readonly system: MountedRoutes;
  /** The compatible push API. */
  readonly userData: MountedRoutes;
  /** Where outside systems call. */
  readonly hooks: MountedRoutes;
}

/** The table of routes: what is not here is not there. */
export function apiRoutes(deps: HttpDeps, authenticator: Authenticator): ApiRoutes {
  const system: readonly Route[] = [...healthRoutes(deps), metricsRoute(deps)];
  const v1: readonly Route[] = [
    sourceTypesRoute(deps),
    checkOptionsRoute(deps),
    ...sourceOverviewRoutes(deps),
    ...sourceRoutes(deps),
    deleteSourceRoute(deps),
    ...taskListRoutes(deps),
    ...taskRoutes(deps),
    ...changeDetailRoutes(deps),
    changeExportRoute(deps, authenticator),
    taskEventsRoute(deps, authenticator),
    movingTasksEventsRoute(deps, authenticator),
    ...pushRoutes(deps),
    ...userRoutes(deps),
    ...personalDataRoutes(deps),
    ...departmentRoutes(deps),
    ...keyRoutes(deps),
    auditRoute(deps),
    workersRoute(deps),
    dashboardRoute(deps),
    ...sessionRoutes(deps),
    ...ownSessionRoutes(deps),
    signInOptionsRoute(deps),
    ...oidcRoutes(deps),
    ...system,
  ];
  return {
    v1: { prefix: '/api/v1', routes: v1 },
    system: { prefix: '', routes: system },
    userData: { prefix: '/api', routes: userDataRoutes(deps) },
    hooks: { prefix: '/hooks', routes: hookRoutes(deps) },
  };
}
