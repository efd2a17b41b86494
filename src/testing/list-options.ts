/** An option of an adapter, as its JSON Schema marks it. */
export interface Option {
  readonly path: string;
  readonly secret: boolean;
  readonly destination: boolean;
  /** A secret that is sent nowhere, or to one address that no option changes. */
  readonly fixed: boolean;
}

interface OptionSchema {
  readonly secret?: unknown;
  readonly destination?: unknown;
  readonly properties?: Readonly<Record<string, OptionSchema>>;
  readonly anyOf?: readonly OptionSchema[];
  readonly oneOf?: readonly OptionSchema[];
  readonly allOf?: readonly OptionSchema[];
}

/** Finds the options in a JSON Schema, those of every branch, by their path. */
export function listOptions(schema: unknown, path: readonly string[] = []): Option[] {
  const { properties, anyOf, oneOf, allOf, secret, destination } = schema as OptionSchema;
  const marks = { secret: secret === true, destination: destination === true, fixed: destination === 'fixed' };
  const here = path.length > 0 ? [{ path: path.join('.'), ...marks }] : [];
  const inside = Object.entries(properties ?? {}).flatMap(([key, option]) => listOptions(option, [...path, key]));
  const branches = [anyOf, oneOf, allOf].flatMap((list) => list ?? []).flatMap((branch) => listOptions(branch, path));
  const all = [...here, ...inside, ...branches];
  const names = [...new Set(all.map((option) => option.path))].sort();
  return names.map((name) => {
    const same = all.filter((option) => option.path === name);
    const has = (mark: keyof typeof marks): boolean => same.some((option) => option[mark]);
    return { path: name, secret: has('secret'), destination: has('destination'), fixed: has('fixed') };
  });
}
