import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { readTask, taskEventsUrl } from './tasks.js';
import type { TaskView } from './types.js';

const ENDED: readonly string[] = ['succeeded', 'partial', 'failed', 'cancelled'];

/** Whether nothing more happens to a task by itself. */
export const hasEnded = (task: { readonly status: string }) => ENDED.includes(task.status);

/** Whether a worker is busy with a task, or will be. */
export const isUnderWay = (task: { readonly status: string }) => !hasEnded(task) && task.status !== 'held';

/** A task, kept up to date by the server's events until it ends. */
export function useTask(id: string) {
  const query = useQuery({ queryKey: ['task', id], queryFn: () => readTask(id) });
  const watch = query.data !== undefined && !hasEnded(query.data);
  useTaskEvents(watch ? id : null);
  return query;
}

/** Writes what the server tells of a task into the cache; `null` = watch nothing. */
function useTaskEvents(id: string | null): void {
  const client = useQueryClient();
  useEffect(() => {
    if (id === null) return;
    const events = new EventSource(taskEventsUrl(id));
    const patch = (change: Partial<TaskView>) =>
      client.setQueryData<TaskView>(['task', id], (task) => task && { ...task, ...change });
    events.addEventListener('progress', ({ data }: MessageEvent<string>) =>
      patch({ progress: JSON.parse(data) as TaskView['progress'] }),
    );
    events.addEventListener('status', ({ data }: MessageEvent<string>) => {
      const task = JSON.parse(data) as TaskView;
      client.setQueryData(['task', id], task);
      void client.invalidateQueries({ queryKey: ['task-changes', id] });
      if (!hasEnded(task)) return;
      events.close();
      for (const key of ['tasks', 'sources', 'link-counts']) void client.invalidateQueries({ queryKey: [key] });
    });
    return () => events.close();
  }, [client, id]);
}
