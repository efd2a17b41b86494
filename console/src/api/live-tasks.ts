import { skipToken, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { TaskView } from './types.js';
import { hasEnded } from './use-task.js';

/** What the server's events last said of a task. */
type Live = Pick<TaskView, 'status' | 'progress'>;

const keyOf = (id: string) => ['task-live', id];

/** Keeps lists of tasks and sources up to date by the server's events: one stream a page, none without subscribers. */
export function useMovingTasks(): void {
  const client = useQueryClient();
  useEffect(() => {
    let events = document.hidden ? null : listen(client);
    const turn = () => {
      events?.close();
      events = document.hidden ? null : listen(client);
    };
    document.addEventListener('visibilitychange', turn);
    return () => {
      document.removeEventListener('visibilitychange', turn);
      events?.close();
    };
  }, [client]);
}

/** A task of a list with what the events said of it since. */
export function useLive<Task extends Live & { readonly id: string }>(task: Task): Task {
  const { data } = useQuery<Live>({ queryKey: keyOf(task.id), queryFn: skipToken });
  return data && !hasEnded(data) ? { ...task, ...data } : task;
}

function listen(client: QueryClient): EventSource {
  const events = new EventSource('/api/v1/task-events');
  events.addEventListener('progress', ({ data }: MessageEvent<string>) => {
    const { id, progress } = JSON.parse(data) as Pick<TaskView, 'id' | 'progress'>;
    client.setQueryData<Live>(keyOf(id), (live) => live && { ...live, progress });
  });
  events.addEventListener('status', ({ data }: MessageEvent<string>) => {
    const task = JSON.parse(data) as TaskView;
    client.setQueryData<Live>(keyOf(task.id), { status: task.status, progress: task.progress });
    const stale = ['tasks', 'sources', ...(hasEnded(task) ? ['link-counts', 'dashboard'] : [])];
    for (const key of stale) void client.invalidateQueries({ queryKey: [key] });
  });
  return events;
}
