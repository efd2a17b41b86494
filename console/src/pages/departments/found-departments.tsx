import { Card, NavLink, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { searchDepartments } from '../../api/targets.js';
import type { DepartmentView } from '../../api/types.js';
import { usePages } from '../../api/use-pages.js';
import { MoreButton } from '../../ui/more-button.js';
import { ProblemAlert } from '../../ui/problem-alert.js';

/** The departments whose title has a text. */
export function FoundDepartments(props: {
  readonly search: string;
  readonly onChoose: (department: DepartmentView) => void;
}) {
  const { search, onChoose } = props;
  const { t } = useTranslation();
  const pages = usePages(['departments', search], (cursor) => searchDepartments(search, cursor));
  if (pages.error) return <ProblemAlert error={pages.error} />;
  return (
    <Card padding="xs">
      {pages.items.map((department) => (
        <NavLink
          key={department.id}
          component="button"
          type="button"
          label={department.title}
          onClick={() => onChoose(department)}
        />
      ))}
      {!pages.isLoading && pages.items.length === 0 && (
        <Text size="sm" c="dimmed" p="sm">
          {t('departments.noneFound')}
        </Text>
      )}
      <MoreButton pages={pages} />
    </Card>
  );
}
