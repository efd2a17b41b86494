import { useTranslation } from 'react-i18next';

const KNOWN = ['user', 'department', 'membership'] as const;

/** What people call a kind; a plugin's kind goes by its own name. */
export function useKindName(): (kind: string) => string {
  const { t } = useTranslation();
  return (kind) => {
    const known = KNOWN.find((one) => one === kind);
    return known ? t(`kind.${known}`) : kind;
  };
}
