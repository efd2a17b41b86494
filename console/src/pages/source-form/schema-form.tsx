import { Text, Title } from '@mantine/core';
import { withTheme } from '@rjsf/core';
import { Theme } from '@rjsf/mantine';
import type { DescriptionFieldProps, ErrorSchema, RJSFSchema, TitleFieldProps } from '@rjsf/utils';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { FieldMistake } from '../../api/problem.js';
import { CheckboxWidget } from './checkbox-widget.js';
import { PairsField } from './pairs-field.js';
import { prepareSchema, uiSchemaOf } from './prepare-schema.js';
import { SecretField } from './secret-field.js';
import { schemaValidator } from './schema-validator.js';

const Form = withTheme({
  ...Theme,
  fields: { ...Theme.fields, pairs: PairsField, secret: SecretField },
  widgets: { ...Theme.widgets, CheckboxWidget },
  templates: { ...Theme.templates, DescriptionFieldTemplate: Description, TitleFieldTemplate: GroupTitle },
});

/** An adapter's options as a form, made of nothing but its JSON Schema. */
export function SchemaForm(props: {
  readonly id: string;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  readonly onSubmit: (value: unknown) => void;
  /** What the API found wrong, by paths below `config`. */
  readonly mistakes: readonly FieldMistake[];
}) {
  const { id, schema, value, onChange, onSubmit, mistakes } = props;
  const { t } = useTranslation();
  const texts = useMemo(() => ({ set: t('form.set'), none: t('form.none') }), [t]);
  const prepared = useMemo(() => prepareSchema(schema as RJSFSchema, texts), [schema, texts]);
  const uiSchema = useMemo(
    () => ({ ...uiSchemaOf(prepared), 'ui:submitButtonOptions': { norender: true } }),
    [prepared],
  );
  const extraErrors = useMemo(() => toErrors(mistakes), [mistakes]);
  return (
    <Form
      id={id}
      idPrefix="config"
      schema={prepared}
      uiSchema={uiSchema}
      validator={schemaValidator}
      formData={value}
      onChange={({ formData }: { formData?: unknown }) => onChange(formData)}
      onSubmit={({ formData }: { formData?: unknown }) => onSubmit(formData)}
      extraErrors={extraErrors}
      extraErrorsBlockSubmit={false}
      showErrorList={false}
      noHtml5Validate
      focusOnFirstError
      experimental_defaultFormStateBehavior={{ emptyObjectFields: 'populateRequiredDefaults' }}
    />
  );
}

/** The name of a group of options, smaller than the card's; what else stands there adds or takes away the whole group. */
function GroupTitle({ id, title, optionalDataControl }: TitleFieldProps) {
  return (
    <Title id={id} order={3} size="h5" mt="xs" mb={4}>
      {title} {optionalDataControl}
    </Title>
  );
}

/** What a group of options is for, as small as the hints of its fields. */
function Description({ id, description }: DescriptionFieldProps) {
  if (!description) return null;
  return (
    <Text id={id} size="xs" c="dimmed" mb="sm">
      {description}
    </Text>
  );
}

/** The API's errors in the shape of the form library. */
function toErrors(mistakes: readonly FieldMistake[]): ErrorSchema {
  const root: ErrorSchema = {};
  for (const { path, message } of mistakes) {
    const parts = path
      .replace(/^config\.?/, '')
      .split('.')
      .filter((part) => part !== '');
    const at = parts.reduce<ErrorSchema>((node, part) => (node[part] ??= {}), root);
    at.__errors = [...(at.__errors ?? []), message];
  }
  return root;
}
