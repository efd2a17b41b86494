import type { RJSFSchema, UiSchema } from '@rjsf/utils';

/** Above this length a text gets several lines. */
const LONG_TEXT = 4_097;
const SHORT_FORMS: Readonly<Record<string, string>> = {
  dn: 'DN',
  url: 'URL',
  tls: 'TLS',
  ca: 'CA',
  id: 'ID',
  api: 'API',
};

/** Texts that a prepared schema shows. */
export interface SchemaTexts {
  readonly set: string;
  readonly none: string;
}

/** Makes an adapter's JSON Schema readable as a form: fields get titles, "X or null" gets named choices. */
export function prepareSchema(schema: RJSFSchema, texts: SchemaTexts): RJSFSchema {
  const { anyOf, oneOf, properties, ...rest } = schema;
  delete rest.$schema;
  // What stands for a secret, a mask or a reference, need not look like one; the API judges what is typed.
  if (rest.writeOnly) for (const rule of ['pattern', 'minLength', 'maxLength'] as const) delete rest[rule];
  return {
    ...rest,
    ...(rest.writeOnly ? { type: ['string', 'object'] as const satisfies RJSFSchema['type'] } : {}),
    ...(properties ? { properties: mapProperties(properties, texts) } : {}),
    ...(anyOf ? { anyOf: anyOf.map((one) => nameChoice(one as RJSFSchema, texts)) } : {}),
    ...(oneOf ? { oneOf: oneOf.map((one) => nameChoice(one as RJSFSchema, texts)) } : {}),
  };
}

/** What a new form begins with: required groups are there, also those that may be switched off. */
export function initialConfig(schema: RJSFSchema): Record<string, unknown> {
  const fields = (schema.required ?? []).map((name) => [name, schema.properties?.[name] as RJSFSchema] as const);
  return Object.fromEntries(
    fields.filter(([, field]) => isGroup(field)).map(([name, field]) => [name, initialConfig(field)]),
  );
}

function isGroup(field: RJSFSchema | undefined): boolean {
  const choices = field?.anyOf ?? (field ? [field] : []);
  return choices.some((one) => (one as RJSFSchema).type === 'object');
}

/** How the fields look: secrets are hidden while typed, long texts get room, names with values are pairs. */
export function uiSchemaOf(schema: RJSFSchema): UiSchema {
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => [name, uiOf(field as RJSFSchema)]);
  return Object.fromEntries(fields) as UiSchema;
}

/** A field's name for people: `bindDn` becomes "Bind DN". */
export function titleOf(name: string): string {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').split(/[\s_-]+/);
  const spelled = words.map((word) => SHORT_FORMS[word.toLowerCase()] ?? word.toLowerCase());
  const text = spelled.join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function mapProperties(properties: NonNullable<RJSFSchema['properties']>, texts: SchemaTexts) {
  const fields = Object.entries(properties).map(([name, field]) => {
    const prepared = prepareSchema(field as RJSFSchema, texts);
    return [name, { title: titleOf(name), ...prepared }];
  });
  return Object.fromEntries(fields) as RJSFSchema['properties'];
}

function nameChoice(choice: RJSFSchema, texts: SchemaTexts): RJSFSchema {
  return { title: choice.type === 'null' ? texts.none : texts.set, ...prepareSchema(choice, texts) };
}

function uiOf(field: RJSFSchema): UiSchema {
  if (field.writeOnly) return { 'ui:field': 'secret' };
  if (field.type === 'string' && (field.maxLength ?? 0) >= LONG_TEXT) return { 'ui:widget': 'textarea' };
  if (isPairs(field)) return { 'ui:field': 'pairs' };
  const choices = (name: 'anyOf' | 'oneOf') =>
    field[name] ? { [name]: field[name].map((one) => uiOf(one as RJSFSchema)) } : {};
  return { ...uiSchemaOf(field), ...choices('anyOf'), ...choices('oneOf') };
}

/** Names that the person chooses, each with a text: a mapping, headers, parameters. */
function isPairs({ type, properties, additionalProperties }: RJSFSchema): boolean {
  return type === 'object' && properties === undefined && typeof additionalProperties === 'object';
}
