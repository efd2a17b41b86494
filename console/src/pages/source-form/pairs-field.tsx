import { ActionIcon, Autocomplete, Button, Fieldset, Group, Text, TextInput } from '@mantine/core';
import type { FieldProps, RJSFSchema } from '@rjsf/utils';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fromPairs, type Pair, toPairs } from './pairs.js';

/** What records may say (R2), by the part of the options; any other name becomes a custom field. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  users: ['uid', 'username', 'nickname', 'email', 'phone', 'title', 'active', 'managerUid', 'departments'],
  departments: ['uid', 'title', 'parentUid', 'order'],
};
const MAPPINGS: readonly string[] = ['attributes', 'columns', 'fields'];

/** Names with texts, line by line: which field of a record comes from where in the source, headers, parameters. */
export function PairsField(props: FieldProps<unknown>) {
  const { schema, formData, onChange, fieldPathId, name } = props;
  const { t } = useTranslation();
  const [pairs, setPairs] = useState(() => toPairs(formData));
  const mayBeNull = isNullable(schema);
  const isMapping = MAPPINGS.includes(name);
  const known = isMapping ? (FIELDS[fieldPathId.path.map(String).findLast((part) => part in FIELDS) ?? ''] ?? []) : [];
  const change = (next: readonly Pair[]) => {
    setPairs(next);
    onChange(fromPairs(next, mayBeNull), fieldPathId.path);
  };
  const set = (at: number, pair: Pair) => change(pairs.map((one, index) => (index === at ? pair : one)));
  const [left, right] = isMapping ? [t('pairs.field'), t('pairs.from')] : [t('pairs.name'), t('pairs.value')];
  return (
    <Fieldset legend={schema.title ?? name} mb="sm">
      {schema.description !== undefined && (
        <Text size="xs" c="dimmed" mb="xs">
          {schema.description}
        </Text>
      )}
      {pairs.map(([field, value], at) => (
        <Group key={at} gap="xs" mb="xs" wrap="nowrap">
          <Autocomplete
            aria-label={`${left} ${at + 1}`}
            placeholder={left}
            data={known.filter((one) => one === field || !pairs.some(([used]) => used === one))}
            value={field}
            onChange={(text) => set(at, [text, value])}
            style={{ flex: 1 }}
          />
          <Text aria-hidden c="dimmed">
            {isMapping ? '←' : ':'}
          </Text>
          <TextInput
            aria-label={`${right} ${at + 1}`}
            placeholder={mayBeNull ? t('pairs.nothing') : right}
            value={value}
            onChange={(event) => set(at, [field, event.currentTarget.value])}
            style={{ flex: 1 }}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t('pairs.remove', { name: field === '' ? String(at + 1) : field })}
            onClick={() => change(pairs.filter((_, index) => index !== at))}
          >
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      <Button
        size="xs"
        variant="default"
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={() => change([...pairs, ['', '']])}
      >
        {t(isMapping ? 'pairs.addField' : 'pairs.add')}
      </Button>
    </Fieldset>
  );
}

/** Whether null means something: "don't read this". */
function isNullable({ additionalProperties }: RJSFSchema): boolean {
  const values = additionalProperties as RJSFSchema;
  return (values.anyOf ?? []).some((one) => (one as RJSFSchema).type === 'null');
}
