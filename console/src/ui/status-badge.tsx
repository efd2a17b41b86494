import { Badge } from '@mantine/core';
import {
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconCircleX,
  IconClock,
  IconHandStop,
  IconRefresh,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { TaskStatus } from '../api/types.js';
import { STATUS_COLOURS } from './status-colours.js';

const ICONS: Readonly<Record<TaskStatus, typeof IconClock>> = {
  queued: IconClock,
  pulling: IconRefresh,
  planning: IconRefresh,
  held: IconHandStop,
  applying: IconRefresh,
  succeeded: IconCircleCheck,
  partial: IconAlertTriangle,
  failed: IconCircleX,
  cancelled: IconBan,
};

/** A task's status: word, icon and colour. */
export function StatusBadge({ status }: { readonly status: TaskStatus }) {
  const { t } = useTranslation();
  const Icon = ICONS[status];
  return (
    <Badge
      color={STATUS_COLOURS[status]}
      variant="light"
      autoContrast
      className="status-badge"
      leftSection={<Icon size={13} aria-hidden />}
      styles={{ label: { textTransform: 'none' } }}
    >
      {t(`status.${status}`)}
    </Badge>
  );
}
