import { Alert } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { toProblem } from '../api/problem.js';

/** Why the sign-in was refused, in the reader's language. */
export function Refused({ error }: { readonly error: Error }) {
  const { t } = useTranslation();
  return (
    <Alert color="red" role="alert" icon={<IconAlertTriangle size={18} aria-hidden />}>
      {whyRefused(t, error)}
    </Alert>
  );
}

/** The same as a text. */
export function whyRefused(t: TFunction, error: Error): string {
  const { code, message, retryAfterS } = toProblem(error);
  if (code === 'sign_in_failed') return t('signIn.failed');
  if (code === 'password_expired') return t('signIn.expired');
  if (code === 'wrong_password') return t('password.wrong');
  if (code === 'wrong_code') return t('secondFactor.wrong');
  if (code === 'offer_expired') return t('secondFactor.offerExpired');
  if (code === 'sign_in_locked') return t('signIn.locked', { count: Math.max(1, Math.ceil((retryAfterS ?? 60) / 60)) });
  return `${message} (${code})`;
}
