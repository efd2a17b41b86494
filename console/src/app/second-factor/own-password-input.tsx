import { PasswordInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';

interface OwnPasswordInputProps {
  readonly value: string;
  readonly onChange: (password: string) => void;
  readonly error: string | null;
}

/** The password that holds now, asked for again before something that matters. */
export function OwnPasswordInput({ value, onChange, error }: OwnPasswordInputProps) {
  const { t } = useTranslation();
  return (
    <PasswordInput
      label={t('password.current')}
      autoComplete="current-password"
      required
      value={value}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
      visibilityToggleButtonProps={{ 'aria-label': t('signIn.show'), 'aria-hidden': false, tabIndex: 0 }}
    />
  );
}
