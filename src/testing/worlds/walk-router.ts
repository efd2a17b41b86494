import express, { type Express } from 'express';

/** A registration on a router, as recorded from its own methods. */
interface Registration {
  readonly path: string;
  readonly handler: unknown;
}

/**
 * Builds an app and lists every route that it really has, by recording the calls of Express's methods meanwhile.
 * @returns `GET /path` for a route, `USE /path` for a middleware that answers below a path of its own (Bull Board).
 */
export function walkRouter(build: () => Express): readonly string[] {
  const mounts = new Map<unknown, Registration[]>();
  const routes = new Map<unknown, { path: string; methods: Record<string, boolean> }[]>();
  const prototype = express.Router.prototype as unknown as Record<'use' | 'route', (...given: unknown[]) => unknown>;
  const { use, route } = prototype;
  prototype.use = function (this: unknown, ...given: unknown[]) {
    const path = typeof given[0] === 'string' ? given[0] : '/';
    add(mounts, this, ...given.filter((one) => typeof one === 'function').map((handler) => ({ path, handler })));
    return use.apply(this, given);
  };
  prototype.route = function (this: unknown, ...given: unknown[]) {
    const made = route.apply(this, given) as { path: string; methods: Record<string, boolean> };
    add(routes, this, made);
    return made;
  };
  try {
    const app = build() as Express & { readonly router: unknown };
    return [...new Set(walk(app.router, ''))].sort();
  } finally {
    Object.assign(prototype, { use, route });
  }

  function walk(router: unknown, prefix: string): string[] {
    const own = (routes.get(router) ?? []).flatMap(({ path, methods }) =>
      Object.keys(methods)
        .filter((method) => method !== '_all')
        .map((method) => `${method.toUpperCase()} ${join(prefix, path)}`),
    );
    const below = (mounts.get(router) ?? []).flatMap(({ path, handler }) => {
      const at = join(prefix, path);
      if (mounts.has(handler) || routes.has(handler)) return walk(handler, at);
      // What stands before every route is no route: logs, headers, errors.
      return at === '' ? [] : [`USE ${at}`];
    });
    return [...own, ...below];
  }
}

function add<T>(to: Map<unknown, T[]>, router: unknown, ...what: T[]): void {
  to.set(router, [...(to.get(router) ?? []), ...what]);
}

/** As in OpenAPI: `/sources/{name}`. */
function join(prefix: string, path: string): string {
  const whole = prefix + (path === '/' ? '' : path);
  return whole
    .replaceAll('\\:', '\0')
    .replaceAll(/:(\w+)/g, '{$1}')
    .replaceAll('\0', ':');
}
