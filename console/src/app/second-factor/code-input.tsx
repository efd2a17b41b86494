import { TextInput } from '@mantine/core';

interface CodeInputProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (code: string) => void;
  readonly error?: string | null;
  readonly autoFocus?: boolean;
}

/** A field for a code: browsers and phones fill it in by themselves where they can. */
export function CodeInput({ label, value, onChange, error = null, autoFocus = false }: CodeInputProps) {
  return (
    <TextInput
      label={label}
      autoComplete="one-time-code"
      autoCapitalize="characters"
      spellCheck={false}
      maxLength={100}
      required
      autoFocus={autoFocus}
      value={value}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
