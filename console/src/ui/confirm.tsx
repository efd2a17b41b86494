import { Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import i18next from 'i18next';

/** Asks before a deed that can't be taken back easily. */
export function confirm(deed: {
  readonly title: string;
  readonly text: string;
  readonly verb: string;
  readonly onConfirm: () => void;
}): void {
  modals.openConfirmModal({
    title: deed.title,
    children: <Text size="sm">{deed.text}</Text>,
    labels: { confirm: deed.verb, cancel: i18next.t('common.cancel') },
    confirmProps: { color: 'red' },
    onConfirm: deed.onConfirm,
  });
}
