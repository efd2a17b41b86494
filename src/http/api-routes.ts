import type { Authenticator } from './auth/authenticator.js';
import type { Route } from './define-route.js';
import type { HttpDeps } from './http-deps.js';
import { userDataRoutes } from './nocobase/user-data-routes.js';
import type { MountedRoutes } from './openapi.js';
import { auditRoute } from './routes/audit/audit.js';
import { departmentRoutes } from './routes/departments/departments.js';
import { hookRoutes } from './routes/hooks/hooks.js';
import { keyRoutes } from './routes/keys/keys.js';
import { dashboardRoute } from './routes/overview/dashboard.js';
import { sourceOverviewRoutes } from './routes/overview/source-overviews.js';
import { pushRoutes } from './routes/pushes/pushes.js';
import { checkOptionsRoute } from './routes/sources/check-options.js';
import { deleteSourceRoute } from './routes/sources/delete-source.js';
import { ownSessionRoutes } from './routes/session/own-sessions.js';
import { sessionRoutes } from './routes/session/session.js';
import { oidcRoutes } from './routes/session/oidc.js';
import { signInOptionsRoute } from './routes/session/sign-in-options.js';
import { sourceTypesRoute } from './routes/sources/source-types.js';
import { sourceRoutes } from './routes/sources/sources.js';
import { healthRoutes } from './routes/system/health.js';
import { metricsRoute } from './routes/system/metrics.js';
import { changeDetailRoutes } from './routes/tasks/change-details.js';
import { changeExportRoute } from './routes/tasks/change-export.js';
import { taskListRoutes } from './routes/tasks/list-tasks.js';
import { movingTasksEventsRoute } from './routes/tasks/moving-tasks-events.js';
import { taskEventsRoute } from './routes/tasks/task-events.js';
import { taskRoutes } from './routes/tasks/tasks.js';
import { personalDataRoutes } from './routes/users/personal-data.js';
import { userRoutes } from './routes/users/users.js';
import { workersRoute } from './routes/workers/workers.js';

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
    changeExportRoute(deps),
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
