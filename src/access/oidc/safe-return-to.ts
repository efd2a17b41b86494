const HERE = 'http://here.invalid';

/** A path of ours to go on to; `/` for whatever could lead a browser elsewhere. */
export function safeReturnTo(path: string | undefined): string {
  if (path === undefined || !/^\/(?![/\\])[\x21-\x7e]*$/.test(path) || path.includes('\\')) return '/';
  return URL.canParse(path, HERE) && new URL(path, HERE).origin === HERE ? path : '/';
}
