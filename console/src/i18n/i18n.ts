import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import en from './en.json';

/** The languages of the console, by what their readers call them. */
export const LANGUAGES = { en: 'English', zh: '简体中文', hi: 'हिन्दी' } as const;
/** One of `LANGUAGES`. */
export type Language = keyof typeof LANGUAGES;

const STORED_AS = 'rollcall-language';

/** Texts of a language other than English, read when it is chosen. */
const TEXTS: Readonly<Record<Exclude<Language, 'en'>, () => Promise<{ default: typeof en }>>> = {
  zh: () => import('./zh.json'),
  hi: () => import('./hi.json'),
};

/** Starts with the language that was chosen before, else the browser's first that we know. */
export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  await chooseLanguage(storedLanguage() ?? languageOfBrowser());
}

/** Changes the language, and remembers it in this browser. */
export async function chooseLanguage(language: Language): Promise<void> {
  if (language !== 'en' && !i18next.hasResourceBundle(language, 'translation')) {
    const { default: texts } = await TEXTS[language]();
    i18next.addResourceBundle(language, 'translation', texts);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : language;
  localStorage.setItem(STORED_AS, language);
}

/** The language that is shown. */
export const currentLanguage = (): Language => (isLanguage(i18next.language) ? i18next.language : 'en');

function storedLanguage(): Language | null {
  const stored = localStorage.getItem(STORED_AS);
  return isLanguage(stored) ? stored : null;
}

function languageOfBrowser(): Language {
  return navigator.languages.map((one) => one.slice(0, 2)).find(isLanguage) ?? 'en';
}

function isLanguage(text: string | null): text is Language {
  return text !== null && Object.hasOwn(LANGUAGES, text);
}
