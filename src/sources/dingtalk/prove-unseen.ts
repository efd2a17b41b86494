import { inOrder } from '../../outbound/http-client/in-order.js';
import type { PeopleProof, Proof } from '../kit/prove-unseen.js';
import type { DingtalkApi } from './dingtalk-api.js';
import type { DingtalkUser } from './dingtalk-shapes.js';
import type { Where } from './find-people.js';
import { lookUpDepartment, lookUpUser } from './look-up.js';
import { mapWholeUser } from './map-user.js';
import { AT_ONCE, DepartmentWalk } from './walk-departments.js';

/** Proves which people are gone (R30). */
export function peopleProof({ api, settings, departments, managersOf }: Where): PeopleProof<DingtalkUser> {
  const idsIn = async (id: string) => (await api.members(id)).items.map(({ userid }) => userid);
  return {
    again: inOrder(departments, AT_ONCE, idsIn),
    lookUp: (id) => lookUpUser(api, id),
    recordOf: (user, id) => (user.userid === id ? mapWholeUser(user, settings, managersOf) : null),
  };
}

/** Proves which departments are gone. */
export function departmentsProof(api: DingtalkApi, tops: readonly string[]): Proof<unknown> {
  return { again: walkAgain(api, tops), lookUp: (id) => lookUpDepartment(api, id) };
}

async function* walkAgain(api: DingtalkApi, tops: readonly string[]): AsyncGenerator<readonly string[]> {
  for await (const { met, rejected } of new DepartmentWalk(api, false).from(tops)) {
    yield [
      ...met.map(({ department }) => department.dept_id),
      ...rejected.flatMap(({ externalId }) => externalId ?? []),
    ];
  }
}
