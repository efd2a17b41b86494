import type { ReactNode } from 'react';
import type { TaskView } from '../../api/types.js';
import { useTask } from '../../api/use-task.js';

/** Shows a task as it goes on, by the server's events. */
export function LiveTask({
  task,
  render,
}: {
  readonly task: TaskView;
  readonly render: (task: TaskView) => ReactNode;
}) {
  const live = useTask(task.id);
  return render(live.data ?? task);
}
