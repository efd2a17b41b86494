import { callApi, withQuery } from './call-api.js';
import type { LinkCount, Page, SourceOverview, SourceView, TaskMode, TaskView } from './types.js';

/** A type of source that can be made; `configSchema` is the JSON Schema of its options. */
export interface SourceType {
  readonly type: string;
  readonly title: string;
  readonly capabilities: { readonly kinds: readonly string[]; readonly modes: readonly TaskMode[] };
  readonly configSchema: Readonly<Record<string, unknown>>;
}

/** What a check says: whether the options work, else what to do. */
export interface CheckResult {
  readonly ok: boolean;
  readonly code?: string;
  readonly hint?: string;
}

/** What may be set of a source. */
export type SourceValues = Pick<
  SourceView,
  | 'title'
  | 'enabled'
  | 'config'
  | 'matchKeys'
  | 'priority'
  | 'schedule'
  | 'removal'
  | 'guard'
  | 'rawLog'
  | 'redact'
  | 'placeholders'
>;

const of = (name: string) => `/sources/${encodeURIComponent(name)}`;

/** A page of sources with their recent tasks. */
export const listSources = (cursor: string | null) =>
  callApi<Page<SourceOverview>>('GET', withQuery('/source-overviews', { limit: 100, cursor }));

/** How many rows each source links. */
export const listLinkCounts = async () =>
  (await callApi<{ readonly items: readonly LinkCount[] }>('GET', '/link-counts')).items;

/** Every type of source. */
export const listSourceTypes = async () =>
  (await callApi<{ readonly items: readonly SourceType[] }>('GET', '/source-types')).items;

/** One source. */
export const readSource = (name: string) => callApi<SourceView>('GET', of(name));

/** Makes a source. */
export const createSource = (values: SourceValues & { readonly name: string; readonly type: string }) =>
  callApi<SourceView>('POST', '/sources', values);

/** Changes a source; each given field as a whole. */
export const changeSource = (name: string, values: Partial<SourceValues>) =>
  callApi<SourceView>('PATCH', of(name), values);

/** Deletes a source; with `removeRecords` by the task that is answered, which removes its records first. */
export const deleteSource = (name: string, removeRecords: boolean) =>
  callApi<TaskView | null>('DELETE', withQuery(of(name), { confirm: name, removeRecords: removeRecords || undefined }));

/** Tries options out that may not be stored yet; masked secrets are taken from `source`. */
export const checkOptions = (type: string, config: unknown, source?: string) =>
  callApi<CheckResult>('POST', `/source-types/${encodeURIComponent(type)}/check`, { config, source });

/** Starts a sync, or joins the one that is queued. */
export const syncSource = (name: string, body: { readonly mode?: TaskMode; readonly dryRun?: boolean }) =>
  callApi<TaskView & { readonly joined: boolean }>('POST', `${of(name)}/sync`, body);
