import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SourceAdapter } from './sources/source-adapter.js';
import type { SourceRegistry } from './sources/source-registry.js';
import type { Target } from './targets/target.js';

/**
 * What a plugin is handed: it adds source types, kinds and targets without touching the core.
 *
 * @public for the authors of plugins
 */
export interface PluginRegistry {
  /** @throws Error when the type is taken. */
  addSource<Config, Cursor>(adapter: SourceAdapter<Config, Cursor>): void;
  addTarget(target: Target): void;
}

/** A module named in PLUGINS. */
interface Plugin {
  register(registry: PluginRegistry): void | Promise<void>;
}

/**
 * Loads the plugins in their order: paths from the working folder, or names of installed packages.
 *
 * @returns the targets that they add.
 * @throws Error naming the plugin that can't be loaded.
 */
export async function loadPlugins(
  names: readonly string[],
  { sources }: { readonly sources: SourceRegistry },
): Promise<readonly Target[]> {
  const targets: Target[] = [];
  const registry: PluginRegistry = {
    addSource: (adapter) => sources.register(adapter),
    addTarget: (target) => void targets.push(target),
  };
  for (const name of names) await register(name, registry);
  return targets;
}

async function register(name: string, registry: PluginRegistry): Promise<void> {
  try {
    const plugin = (await import(specifierOf(name))) as Partial<Plugin>;
    if (typeof plugin.register !== 'function') throw new Error('it does not export a function "register"');
    await plugin.register(registry);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`The plugin "${name}" cannot be loaded: ${reason}`, { cause });
  }
}

function specifierOf(name: string): string {
  return /^[./]/.test(name) ? pathToFileURL(resolve(name)).href : name;
}
