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
    <time dateTime={at} title={formatTime(at)}>
      {formatAge(at)}
    </time>
  );
}
