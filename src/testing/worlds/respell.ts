/** A small random source that repeats with its seed (mulberry32). @returns numbers from 0 to below 1 */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Texts and lists that the vendors' documents call optional. */
const OPTIONAL = new Set([
  ...['position', 'title', 'mobile', 'state_code', 'email', 'org_email', 'biz_mail', 'telephone', 'avatar', 'remark'],
  ...['work_place', 'nickname', 'en_name', 'job_title', 'extattr', 'direct_leader', 'custom_attrs', 'i18n_name'],
  ...['unit_ids', 'name_en', 'extension', 'hired_date', 'join_time', 'employee_type', 'mobile_visible', 'member_count'],
]);
/** Department ids: numbers that private deployments and older gateways send as text. */
const NUMERIC_IDS = new Set(['id', 'parentid', 'dept_id', 'parent_id']);

/**
 * Says an answer in another legal way: lists of objects in another order, optional fields absent, null or empty,
 * department ids as text, and fields that no document names.
 */
export function respell(answer: unknown, random: () => number): unknown {
  if (Array.isArray(answer)) return respellList(answer, random);
  if (answer === null || typeof answer !== 'object') return answer;
  const said: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(answer)) {
    const other = respellField(key, value, random);
    if (other !== ABSENT) said[key] = other;
  }
  if (random() < 0.2) said['x_new_field'] = { nested: [null] };
  return said;
}

const ABSENT = Symbol('absent');

function respellField(key: string, value: unknown, random: () => number): unknown {
  const way = random();
  if (OPTIONAL.has(key)) return respellOptional(value, way, random);
  if (NUMERIC_IDS.has(key) && way < 0.3 && typeof value === 'number') return String(value);
  return respell(value, random);
}

function respellOptional(value: unknown, way: number, random: () => number): unknown {
  if (way < 0.2) return ABSENT;
  if (way < 0.4) return null;
  return way < 0.6 && typeof value === 'string' ? '' : respell(value, random);
}

function respellList(list: readonly unknown[], random: () => number): unknown[] {
  const items = list.map((one) => respell(one, random));
  const areObjects = list.every((one) => one !== null && typeof one === 'object');
  if (!areObjects) return items;
  return items
    .map((one) => ({ one, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one);
}
