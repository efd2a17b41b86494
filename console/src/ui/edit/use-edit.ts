import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type Edit, type EditAnswer, type EditTarget, sendEdit } from '../../api/edit.js';
import { showTask } from '../show-task.js';
import { textOf } from './sort-problems.js';

/** Lists that show what an edit may change. */
const LISTS = { user: ['users', 'members', 'tasks'], department: ['departments', 'user', 'tasks'] } as const;

/** Sends edits of a person or department, shows the result on the page and reports it with a link to the task. */
export function useEdit(target: EditTarget) {
  const { t } = useTranslation();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (edit: Edit) => sendEdit(target, edit),
    onSuccess: ({ view, taskId, problems }: EditAnswer, edit: Edit) => {
      const key = [target.kind, target.id];
      if (view) client.setQueryData(key, view);
      else void client.invalidateQueries({ queryKey: key });
      for (const list of LISTS[target.kind]) void client.invalidateQueries({ queryKey: [list] });
      const what = problems.map((problem) => `${problem.field}: ${textOf(problem)}`).join('\n');
      if (problems.length > 0) showTask('partly', `${t('edit.partly')} ${what}`, taskId);
      else if (view === null) showTask('queued', t('edit.queued'), taskId);
      else showTask('done', t(doneText(edit)), taskId);
    },
  });
}

function doneText({ fields, release }: Edit) {
  if (release !== undefined) return 'edit.released';
  return fields === undefined ? 'person.changed' : 'form.saved';
}
