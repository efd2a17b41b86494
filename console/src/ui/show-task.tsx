import { Anchor, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import i18next from 'i18next';
import { Link } from 'wouter';

/** How an action ended, as the colour of its notice. */
type Outcome = 'done' | 'queued' | 'partly';

const COLOURS = { done: 'teal', queued: 'blue', partly: 'yellow' } as const;

/** Shows a notice with a link to the task of an action. One that was not carried out in full stays until it is closed. */
export function showTask(outcome: Outcome, message: string, taskId: string | null): void {
  const id = notifications.show({
    color: COLOURS[outcome],
    autoClose: outcome === 'done' ? 6_000 : false,
    closeButtonProps: { 'aria-label': i18next.t('common.close') },
    message: (
      <>
        <Text size="sm" className="break">
          {message}
        </Text>
        {taskId !== null && (
          <Anchor component={Link} href={`/tasks/${taskId}`} size="sm" onClick={() => notifications.hide(id)}>
            {i18next.t('edit.task')}
          </Anchor>
        )}
      </>
    ),
  });
}
