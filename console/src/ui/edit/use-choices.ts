import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { toProblem } from '../../api/problem.js';
import { type Choice, findChoices } from './choices.js';
import type { ReferenceField } from './edit-field.js';

/** The options for what was typed. */
export interface FoundChoices {
  /** The first one is "none" while nothing is typed. */
  readonly options: readonly Choice[];
  readonly isLoading: boolean;
  /** That nothing was found, that there are more, or why the search failed. */
  readonly message: string | null;
}

const LISTS = { user: 'users', department: 'departments' } as const;

/** Searches the options of a reference while its list is open, a moment after the last key. */
export function useChoices(
  { kind, none }: ReferenceField,
  { search, self, isOpen }: { readonly search: string; readonly self: string; readonly isOpen: boolean },
): FoundChoices {
  const { t } = useTranslation();
  const text = search.trim();
  const [settled] = useDebouncedValue(text, 250);
  const query = useQuery({
    queryKey: [LISTS[kind], 'choices', settled],
    queryFn: () => findChoices(kind, settled),
    enabled: isOpen,
    placeholderData: keepPreviousData,
  });
  // The results of an earlier text are not offered: Enter would choose one that was not searched for.
  const isSettled = settled === text && !query.isPlaceholderData && query.data !== undefined;
  const items = isSettled ? query.data.items.filter((choice) => choice.id !== self) : [];
  const empty: Choice = { id: '', name: none, detail: '', isActive: true };
  return {
    options: text === '' ? [empty, ...items] : items,
    isLoading: isOpen && !isSettled && !query.error,
    message: messageOf(),
  };

  function messageOf(): string | null {
    if (query.error) return toProblem(query.error).message;
    if (!isSettled) return t('common.loading');
    if (items.length === 0) return t('edit.noneFound');
    return query.data.hasMore ? t('edit.moreFound') : null;
  }
}
