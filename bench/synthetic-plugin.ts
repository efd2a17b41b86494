import type { PluginRegistry } from '../src/plugins.js';
import { scriptedAdapter } from '../src/testing/fakes/scripted-adapter.js';

/** Gives a worker the made-up source: type `scripted`, options `{ synthetic: { users, departments } }`. */
export function register(registry: PluginRegistry): void {
  registry.addSource(scriptedAdapter());
}
