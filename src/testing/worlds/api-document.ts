/** A JSON schema as far as tests look into it. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
}

/** One operation of the API's own document. */
export interface ApiOperation {
  /** As in the table of routes: `GET /api/v1/users/{id}`. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly query: readonly { readonly name: string; readonly schema: JsonSchema }[];
  /** null = takes no JSON body. */
  readonly body: JsonSchema | null;
}

interface ApiDocument {
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
}

interface DocumentedOperation {
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly schema: JsonSchema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
}

/** Lists what `/api/openapi.json` describes, references put in place. `openapi.int.test.ts` proves that no route is missing. */
export function listOperations(document: unknown): readonly ApiOperation[] {
  const { components, paths } = document as ApiDocument;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => {
      const body = requestBody?.content['application/json']?.schema;
      return {
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        query: parameters
          .filter((one) => one.in === 'query')
          .map(({ name, schema }) => ({ name, schema: resolve(schema, components.schemas) })),
        body: body ? resolve(body, components.schemas) : null,
      };
    }),
  );
}

function resolve(schema: JsonSchema, named: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const name = schema.$ref?.split('/').at(-1);
  const found = name === undefined ? schema : named[name];
  if (!found) throw new Error(`${schema.$ref ?? ''} leads nowhere.`);
  const inner = (one: JsonSchema) => resolve(one, named);
  const { properties, items, additionalProperties, anyOf, oneOf, allOf } = found;
  return {
    ...found,
    ...(properties ? { properties: mapValues(properties, inner) } : {}),
    ...(items ? { items: inner(items) } : {}),
    ...(typeof additionalProperties === 'object' ? { additionalProperties: inner(additionalProperties) } : {}),
    ...(anyOf ? { anyOf: anyOf.map(inner) } : {}),
    ...(oneOf ? { oneOf: oneOf.map(inner) } : {}),
    ...(allOf ? { allOf: allOf.map(inner) } : {}),
  };
}

function mapValues<In, Out>(from: Readonly<Record<string, In>>, map: (value: In) => Out): Record<string, Out> {
  return Object.fromEntries(Object.entries(from).map(([key, value]) => [key, map(value)]));
}
