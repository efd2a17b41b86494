import { useTranslation } from 'react-i18next';
import type { EditProblem } from '../../api/edit.js';
import en from '../../i18n/en.json';
import { textOf } from './sort-problems.js';

type KnownCode = keyof typeof en.edit.problem;

/** Makes the text of a problem at a field: in the reader's language where the code is known, else as the API wrote it. */
export function useProblemWords(): (problem: EditProblem) => string {
  const { t } = useTranslation();
  return (problem) => (isKnown(problem.code) ? t(`edit.problem.${problem.code}`) : textOf(problem));
}

function isKnown(code: string | null): code is KnownCode {
  return code !== null && Object.hasOwn(en.edit.problem, code);
}
