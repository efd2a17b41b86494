import type { TFunction } from 'i18next';
import en from '../i18n/en.json';

/** What to do about an error of this code, in the reader's language; null where the API's own text says it all. */
export function nextStep(t: TFunction, code: string | null): string | null {
  return code !== null && isKnown(code) ? t(`next.${code}`) : null;
}

type KnownCode = keyof typeof en.next;

function isKnown(code: string): code is KnownCode {
  return Object.hasOwn(en.next, code);
}
