import { z } from 'zod';
import { SourceConfigError } from '../domain/errors.js';
import { isReadless, type TaskMode } from '../domain/task.js';
import type { SourceAdapter } from '../sources/source-adapter.js';

/**
 * Replaces the adapter of a type that is not loaded: a source without its plugin can still be deleted, and its tasks
 * undone.
 * @throws SourceConfigError for a task that reads.
 */
export function noAdapter(type: string, mode: TaskMode): SourceAdapter {
  const missing = new SourceConfigError(`There is no adapter for sources of type "${type}": load its plugin.`);
  if (!isReadless(mode)) throw missing;
  return {
    type,
    title: type,
    configSchema: z.unknown(),
    cursorSchema: z.unknown(),
    capabilities: { kinds: [], modes: [], resumable: false },
    check: () => Promise.reject(missing),
    read: () => {
      throw missing;
    },
  };
}
