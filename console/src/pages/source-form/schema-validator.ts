import { type OutputUnit, type Schema, Validator } from '@cfworker/json-schema';
import {
  type ErrorTransformer,
  type RJSFSchema,
  type RJSFValidationError,
  toErrorSchema,
  type ValidationData,
  type ValidatorType,
} from '@rjsf/utils';

/**
 * Judges form data by JSON Schema for the form library. The usual validator compiles schemas to code, which the
 * console's content security policy forbids; this one walks them.
 */
export const schemaValidator: ValidatorType = {
  isValid: (schema, formData, rootSchema) => judge(withDefs(schema, rootSchema), formData).length === 0,
  rawValidation: <Result>(schema: RJSFSchema, formData?: unknown) => ({
    errors: judge(schema, formData) as unknown as Result[],
  }),
  validateFormData(formData: unknown, schema, _custom, transform?: ErrorTransformer): ValidationData<unknown> {
    const found = judge(schema, formData).filter(isOwn).map(toError);
    const errors = transform ? transform(found) : found;
    return { errors, errorSchema: toErrorSchema(errors) };
  },
};

function judge(schema: RJSFSchema, value: unknown): readonly OutputUnit[] {
  // A form leaves undefined values behind; JSON has none.
  const json: unknown = value === undefined ? {} : JSON.parse(JSON.stringify(value));
  return new Validator(schema as Schema, '2020-12', false).validate(json).errors;
}

function withDefs(schema: RJSFSchema, root: RJSFSchema | undefined): RJSFSchema {
  return root?.['$defs'] === undefined ? schema : { $defs: root['$defs'], ...schema };
}

/** An object is wrong because of its fields: only the fields' own errors say something. */
function isOwn({ keyword }: OutputUnit): boolean {
  return !['properties', 'additionalProperties', 'anyOf', 'oneOf', 'items'].includes(keyword);
}

function toError({ keyword, instanceLocation, error }: OutputUnit): RJSFValidationError {
  const path = instanceLocation
    .replace(/^#/, '')
    .split('/')
    .filter((part) => part !== '');
  const [, missing] = keyword === 'required' ? (/property "([^"]+)"/.exec(error) ?? []) : [];
  const full = missing === undefined ? path : [...path, missing];
  return { name: keyword, message: error, stack: error, property: full.map((part) => `.${part}`).join('') };
}
