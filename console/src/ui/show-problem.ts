import { notifications } from '@mantine/notifications';
import i18next from 'i18next';
import { toProblem } from '../api/problem.js';
import { nextStep } from './next-step.js';

/** Tells of a failed deed in a corner, with its code and the next step. */
export function showProblem(error: unknown): void {
  const { code, message } = toProblem(error);
  const text = [message, nextStep(i18next.t, code)].filter((part) => part !== null).join(' ');
  notifications.show({
    color: 'red',
    title: `${i18next.t('common.failed')} (${code})`,
    message: text,
    autoClose: 10_000,
    closeButtonProps: { 'aria-label': i18next.t('common.close') },
  });
}

/** Tells that a deed was done. */
export function showDone(message: string): void {
  const closeButtonProps = { 'aria-label': i18next.t('common.close') };
  notifications.show({ color: 'teal', message, autoClose: 4_000, closeButtonProps });
}
