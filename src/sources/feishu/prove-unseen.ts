import { inOrder } from '../../outbound/http-client/in-order.js';
import type { PeopleProof, Proof } from '../kit/prove-unseen.js';
import type { FeishuApi } from './feishu-api.js';
import type { FeishuUser } from './feishu-shapes.js';
import { DepartmentList, idsOf } from './find-departments.js';
import { membersOf, type PeopleGatherer } from './gather-people.js';
import { lookUpDepartment, lookUpUser } from './look-up.js';

/** The number of simultaneous calls. */
const AT_ONCE = 4;

/**
 * Proves which people are gone (R30). A person who resigned is in no list and counts as gone.
 * @param lists the departments whose members were listed
 */
export function peopleProof(api: FeishuApi, lists: readonly string[], people: PeopleGatherer): PeopleProof<FeishuUser> {
  const idsIn = async (id: string) => (await membersOf(api, id)).items.flatMap((user) => people.idOf(user) ?? []);
  return {
    again: inOrder(lists, AT_ONCE, idsIn),
    lookUp: async (id) => {
      const answer = await lookUpUser(api, id);
      return answer.is === 'there' && answer.found.status?.is_resigned === true ? { is: 'gone' } : answer;
    },
    recordOf: (user, id) => people.recordOf(user, id),
  };
}

/** Proves which departments are gone. */
export function departmentsProof(api: FeishuApi, tops: readonly string[]): Proof<unknown> {
  return { again: listAgain(api, tops), lookUp: (id) => lookUpDepartment(api, id) };
}

async function* listAgain(api: FeishuApi, tops: readonly string[]): AsyncGenerator<readonly string[]> {
  for await (const page of new DepartmentList(api).from(tops)) yield idsOf(page);
}
