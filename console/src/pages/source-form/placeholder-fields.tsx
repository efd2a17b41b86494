import { TagsInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { SourceValues } from '../../api/sources.js';

type Placeholders = SourceValues['placeholders'];

/** Which texts stand for "no value" at the source, beside the built-in ones. */
export function PlaceholderFields(props: {
  readonly value: Placeholders;
  readonly onChange: (value: Placeholders) => void;
}) {
  const { value, onChange } = props;
  const { t } = useTranslation();
  return (
    <>
      <TagsInput
        label={t('form.placeholdersAdd')}
        description={t('form.placeholdersAddText')}
        maxTags={100}
        value={value.add}
        onChange={(add) => onChange({ ...value, add })}
        clearable={false}
      />
      <TagsInput
        label={t('form.placeholdersRemove')}
        description={t('form.placeholdersRemoveText')}
        maxTags={100}
        value={value.remove}
        onChange={(remove) => onChange({ ...value, remove })}
        clearable={false}
      />
    </>
  );
}
