import { Text, Tooltip } from '@mantine/core';
import { useInterval, useForceUpdate } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { formatAge, formatTime } from '../i18n/format.js';

/** How long ago something was, or in how long it will be; the exact time on hover and for screen readers. */
export function Moment({ at }: { readonly at: string | null }) {
  useTranslation();
  const update = useForceUpdate();
  useInterval(update, 15_000, { autoInvoke: true });
  if (at === null) return <span aria-hidden>–</span>;
  return (
    <Tooltip label={formatTime(at)}>
      <Text component="time" dateTime={at} inherit>
        {formatAge(at)}
      </Text>
    </Tooltip>
  );
}
