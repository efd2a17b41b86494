import { MANUAL_SOURCE } from '../domain/manual-source.js';
import type { SourceAdapter } from './source-adapter.js';

/** The adapters that this process has, by type. */
export class SourceRegistry {
  private readonly adapters = new Map<string, SourceAdapter>();

  /** @throws Error if the type is registered already: two adapters would read each other's sources. */
  register<Config, Cursor>(adapter: SourceAdapter<Config, Cursor>): void {
    if (this.adapters.has(adapter.type)) throw new Error(`Two adapters are registered for type "${adapter.type}".`);
    // The schemas of an adapter check its own types of options and cursors before every call.
    this.adapters.set(adapter.type, adapter);
  }

  find(type: string): SourceAdapter | undefined {
    return this.adapters.get(type);
  }

  /** The same, only for types of sources that admins configure. */
  findConfigurable(type: string): SourceAdapter | undefined {
    return type === MANUAL_SOURCE.type ? undefined : this.find(type);
  }

  /** The types of sources that admins configure: all but the built-in source (R51). */
  list(): readonly SourceAdapter[] {
    return [...this.adapters.values()].filter(({ type }) => type !== MANUAL_SOURCE.type);
  }
}
