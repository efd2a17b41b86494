import { callApi, withQuery } from './call-api.js';
import type { Dashboard, Page, Role } from './types.js';

/** An API key without its text. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly source: string | null;
  readonly pushOnly: boolean;
  readonly createdBy: string | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
  readonly revokedAt: string | null;
}

/** What a new key is to be. */
export interface NewApiKey {
  readonly name: string;
  readonly role: Role;
  readonly source: string | null;
  readonly pushOnly: boolean;
  readonly expiresAt: string | null;
}

/** Who did what, when. */
export interface AuditEntry {
  readonly id: string;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly objectType: string;
  readonly objectId: string;
  readonly address: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A worker process. */
export interface WorkerView {
  readonly name: string;
  readonly startedAt: string;
  readonly seenAt: string;
  readonly concurrency: number;
  readonly running: number;
  readonly alive: boolean;
}

/** A page of keys, the newest first. */
export const listKeys = (cursor: string | null) =>
  callApi<Page<ApiKey>>('GET', withQuery('/keys', { limit: 50, cursor }));

/** Makes a key; its text is in this answer and nowhere else. */
export const createKey = (body: NewApiKey) => callApi<ApiKey & { readonly key: string }>('POST', '/keys', body);

/** Ends a key. */
export const revokeKey = (id: string) => callApi<null>('DELETE', `/keys/${id}`);

/** A page of deeds, the newest first. */
export const listAudit = (objectType: string | undefined, cursor: string | null) =>
  callApi<Page<AuditEntry>>('GET', withQuery('/audit', { objectType, limit: 50, cursor }));

/** The state of the whole. */
export const readDashboard = (days: number) => callApi<Dashboard>('GET', withQuery('/dashboard', { days }));

/** The worker processes. */
export const listWorkers = async () =>
  (await callApi<{ readonly items: readonly WorkerView[] }>('GET', '/workers')).items;
