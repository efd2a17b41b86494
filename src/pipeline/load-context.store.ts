import { FencedError, SourceConfigError } from '../domain/errors.js';
import type { RunContext, RunningSource, RunningTask, RunTaskDeps } from './run-context.js';
import type { TaskRun } from './task-run.js';

/**
 * Reads the task and its source as they are now.
 * @throws FencedError when the claim is no longer ours, SourceConfigError when no adapter reads the source's type.
 */
export async function loadContext(deps: RunTaskDeps, run: TaskRun): Promise<RunContext> {
  const row = await deps.db.prisma.syncTask.findFirst({
    where: { id: run.taskId, fence: run.fence },
    include: { source: true },
  });
  if (!row) throw new FencedError(run.taskId);
  const { source, ...task } = row;
  const adapter = deps.sources.find(source.type);
  if (!adapter) {
    throw new SourceConfigError(
      `No adapter reads sources of type "${source.type}": load its plugin or change the source.`,
    );
  }
  return {
    ...deps,
    run,
    adapter,
    task: task as RunningTask,
    source: source as RunningSource,
    scope: { taskId: task.id, sourceId: source.id },
  };
}
