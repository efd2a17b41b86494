import { Box, Group, NativeSelect, PasswordInput } from '@mantine/core';
import type { FieldProps } from '@rjsf/utils';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { readSecret, SECRET_PLACES, type SecretPlace, type SecretText, writeSecret } from './secret-text.js';

/** What a name looks like, where no example of a secret may stand. */
const EXAMPLES = { value: '', variable: 'SOURCE_SECRET_LDAP', file: 'ldap/password' } as const;

/** A secret option: typed unseen, or the name of a variable or file of the server where it is found. */
export function SecretField(props: FieldProps<unknown>) {
  const { schema, formData, onChange, fieldPathId, name, required, rawErrors = [] } = props;
  const { t } = useTranslation();
  // What was typed for each place, so that looking at another one loses nothing; a reference may be empty for a while.
  const [texts, setTexts] = useState<Partial<Record<SecretPlace, string>>>({});
  const [isSeen, setSeen] = useState(false);
  const { place, text } = readSecret(formData);
  const change = (next: SecretText) => {
    setTexts({ ...texts, [place]: text, [next.place]: next.text });
    onChange(writeSecret(next), fieldPathId.path);
  };
  const isValue = place === 'value';
  const label = schema.title ?? name;
  const hint = isValue ? '' : t(`secret.${place}Text`);
  const choice = (
    <NativeSelect
      aria-label={t('secret.from', { name: label })}
      data={SECRET_PLACES.map((one) => ({ value: one, label: t(`secret.${one}`) }))}
      value={place}
      onChange={(event) => {
        const chosen = event.currentTarget.value as SecretPlace;
        change({ place: chosen, text: texts[chosen] ?? '' });
      }}
    />
  );
  return (
    <PasswordInput
      id={fieldPathId.$id}
      label={label}
      description={[schema.description, hint].filter(Boolean).join(' ')}
      required={required === true}
      error={rawErrors.length === 0 ? null : rawErrors.join('\n')}
      autoComplete={isValue ? 'new-password' : 'off'}
      spellCheck={false}
      placeholder={EXAMPLES[place]}
      value={text}
      onChange={(event) => change({ place, text: event.currentTarget.value })}
      visible={!isValue || isSeen}
      onVisibilityChange={setSeen}
      visibilityToggleButtonProps={
        isValue
          ? { 'aria-label': t('secret.show', { name: label }), 'aria-hidden': false, tabIndex: 0 }
          : { style: { display: 'none' } }
      }
      inputContainer={(input) => (
        <Group gap="xs" align="flex-end">
          <Box flex="1 1 12rem">{input}</Box>
          {choice}
        </Group>
      )}
    />
  );
}
