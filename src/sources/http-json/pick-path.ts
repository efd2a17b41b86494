/** A path into JSON: keys and places in lists, joined by dots, as in `data.items.0.id`. A dot in a key is `\.`. */
export const PATH_PATTERN = /^(?:[^.\\]|\\.)+(?:\.(?:[^.\\]|\\.)+)*$/;

const PART = /(?:[^.\\]|\\.)+/g;

/**
 * What stands at a path; undefined where nothing does. '' is the value itself.
 *
 * Nothing of a path is ever evaluated: it is names, and own ones only.
 */
export function pickPath(value: unknown, path: string): unknown {
  const parts = path === '' ? [] : (path.match(PART) ?? []);
  return parts.map((part) => part.replaceAll(/\\(.)/g, '$1')).reduce(step, value);
}

function step(at: unknown, key: string): unknown {
  if (typeof at !== 'object' || at === null) return undefined;
  if (Array.isArray(at)) return /^\d+$/.test(key) ? (at[Number(key)] as unknown) : undefined;
  return Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : undefined;
}
