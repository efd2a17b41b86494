import { callApi, withQuery } from './call-api.js';
import type { ChangeOutcome, ChangeView, Page, TaskView } from './types.js';

/** Which tasks to list. */
export interface TaskFilter {
  readonly source?: string | undefined;
  readonly status?: string | undefined;
  readonly trigger?: string | undefined;
}

/** Which changes of a task to list. */
export interface ChangeFilter {
  readonly kind?: string | undefined;
  readonly action?: string | undefined;
  readonly outcome?: string | undefined;
  readonly code?: string | undefined;
  readonly search?: string | undefined;
}

/** How many changes are alike. */
export interface ChangeGroup {
  readonly kind: string;
  readonly action: ChangeView['action'];
  readonly outcome: ChangeOutcome;
  readonly code: string | null;
  readonly count: number;
}

/** How many fields are left out for the same reason. */
export interface FieldProblemGroup {
  readonly kind: string;
  readonly field: string;
  readonly code: string;
  readonly count: number;
}

/** What a task's changes come to in numbers. */
export interface ChangeSummary {
  readonly items: readonly ChangeGroup[];
  readonly problems: readonly FieldProblemGroup[];
}

/** A page of changes, with the names of what they are about. */
export type ChangePage = Page<ChangeView> & { readonly names: Readonly<Record<string, string>> };

/** A record of a task's source: as the task read it, and as it was last applied. */
export interface TaskRecord {
  readonly read: unknown;
  readonly known: unknown;
  readonly knownAt: string | null;
}

const of = (id: string) => `/tasks/${encodeURIComponent(id)}`;

/** A page of tasks, the newest first. */
export const listTasks = (filter: TaskFilter, cursor: string | null, limit = 25) =>
  callApi<Page<TaskView>>('GET', withQuery('/tasks', { ...filter, limit, cursor }));

/** One task. */
export const readTask = (id: string) => callApi<TaskView>('GET', of(id));

/** A page of a task's changes. */
export const listChanges = (id: string, filter: ChangeFilter, cursor: string | null) =>
  callApi<ChangePage>('GET', withQuery(`${of(id)}/changes`, { ...filter, limit: 50, cursor }));

/** A task's changes, counted by sort. */
export const summariseChanges = (id: string) => callApi<ChangeSummary>('GET', `${of(id)}/changes/summary`);

/** The record behind a change. */
export const readTaskRecord = (id: string, kind: string, externalId: string) =>
  callApi<TaskRecord>('GET', withQuery(`${of(id)}/record`, { kind, externalId }));

/** Goes on where a task stopped, or begins anew. */
export const retryTask = (id: string, fromStart: boolean) =>
  callApi<TaskView>('POST', withQuery(`${of(id)}/retry`, { from: fromStart ? 'start' : undefined }));

/** Cancels a task; what was applied stays. */
export const cancelTask = (id: string) => callApi<TaskView>('POST', `${of(id)}/cancel`);

/** Lets exactly the plan that was seen pass. */
export const approveTask = (id: string, planHash: string, reason: string) =>
  callApi<TaskView>('POST', `${of(id)}/approve`, { planHash, reason });

/** Ends a held task without applying its plan. */
export const rejectTask = (id: string, reason: string) => callApi<TaskView>('POST', `${of(id)}/reject`, { reason });

/** Takes back what a task did, by a task of its own. */
export const undoTask = (id: string, body: { readonly dryRun?: boolean; readonly reason?: string }) =>
  callApi<TaskView>('POST', `${of(id)}/undo`, body);

/** Where a task's changes are as a file. */
export const changesCsvUrl = (id: string) => `/api/v1${of(id)}/changes.csv`;

/** Where a task tells how it goes on. */
export const taskEventsUrl = (id: string) => `/api/v1${of(id)}/events`;
