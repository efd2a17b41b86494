import { Button, Center } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Pages } from '../api/use-pages.js';

/** Reads the next page of a list, where there is one. */
export function MoreButton({
  pages,
}: {
  readonly pages: Pick<Pages<unknown>, 'hasMore' | 'isLoadingMore' | 'loadMore'>;
}) {
  const { t } = useTranslation();
  if (!pages.hasMore) return null;
  return (
    <Center mt="md">
      <Button variant="default" loading={pages.isLoadingMore} onClick={pages.loadMore}>
        {t('common.more')}
      </Button>
    </Center>
  );
}
