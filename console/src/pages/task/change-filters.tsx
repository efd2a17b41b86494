import { Chip, Group, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChangeFilter, ChangeGroup, FieldProblemGroup } from '../../api/tasks.js';
import { formatNumber } from '../../i18n/format.js';
import { useKindName } from '../../ui/kind-name.js';

/** Chips by kind and action with their counts, a code, and a search. */
export function ChangeFilters(props: {
  readonly groups: readonly ChangeGroup[];
  readonly problems: readonly FieldProblemGroup[];
  readonly filter: ChangeFilter;
  readonly onChange: (filter: ChangeFilter) => void;
}) {
  const { groups, problems, filter, onChange } = props;
  const { t } = useTranslation();
  const kindName = useKindName();
  const chips = sumUp(groups);
  const chosen = filter.kind === undefined ? '' : `${filter.kind} ${filter.action ?? ''}`;
  const codes = [...new Set([...groups, ...problems].flatMap(({ code }) => (code === null ? [] : [code])))];
  return (
    <Group gap="sm" align="center">
      <Chip.Group value={chosen} onChange={choose}>
        <Group gap={6}>
          <Chip value="" size="xs" variant="light">
            {t('changes.all')} {formatNumber(groups.reduce((sum, { count }) => sum + count, 0))}
          </Chip>
          {chips.map(({ kind, action, count }) => (
            <Chip key={kind + action} value={`${kind} ${action}`} size="xs" variant="light">
              {kindName(kind)}: {t(`action.${action}`)} {formatNumber(count)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      {codes.length > 0 && (
        <Select
          size="xs"
          w={190}
          aria-label={t('changes.code')}
          placeholder={t('changes.anyCode')}
          data={codes}
          value={filter.code ?? null}
          onChange={(code) => onChange({ ...filter, code: code ?? undefined })}
          clearable
          clearButtonProps={{ 'aria-label': t('common.clear') }}
        />
      )}
      <Search value={filter.search ?? ''} onSearch={(text) => onChange({ ...filter, search: text || undefined })} />
    </Group>
  );

  function choose(value: string) {
    const [kind, action] = value.split(' ');
    onChange({ ...filter, kind: kind || undefined, action: action || undefined });
  }
}

function Search({ value, onSearch }: { readonly value: string; readonly onSearch: (text: string) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState(value);
  const search = useDebouncedCallback(onSearch, 300);
  return (
    <TextInput
      size="xs"
      w={220}
      type="search"
      aria-label={t('changes.search')}
      placeholder={t('changes.search')}
      leftSection={<IconSearch size={14} aria-hidden />}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        search(event.currentTarget.value.trim());
      }}
    />
  );
}

function sumUp(groups: readonly ChangeGroup[]): Pick<ChangeGroup, 'kind' | 'action' | 'count'>[] {
  const sums = new Map<string, Pick<ChangeGroup, 'kind' | 'action' | 'count'>>();
  for (const { kind, action, count } of groups) {
    const before = sums.get(`${kind} ${action}`)?.count ?? 0;
    sums.set(`${kind} ${action}`, { kind, action, count: before + count });
  }
  return [...sums.values()];
}
