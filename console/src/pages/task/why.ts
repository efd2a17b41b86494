import { useTranslation } from 'react-i18next';
import en from '../../i18n/en.json';

type KnownCode = keyof typeof en.why;

/** Why a line was skipped or failed, and what to do about it, in plain words; null for a code without words. */
export function useWhy(code: string | null): { readonly text: string; readonly todo: string } | null {
  const { t } = useTranslation();
  if (code === null || !isKnown(code)) return null;
  return { text: t(`why.${code}.text`), todo: t(`why.${code}.todo`) };
}

function isKnown(code: string): code is KnownCode {
  return Object.hasOwn(en.why, code);
}
