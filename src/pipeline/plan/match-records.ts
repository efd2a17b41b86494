import { skip } from '../../domain/change.js';
import { decideMatch, type MatchHit, matchRank, type MatchVerdict } from '../../domain/decide-match.js';
import type { Tx } from '../../platform/db.js';
import type { RecordTarget } from '../../targets/target.js';
import { fenced } from '../fenced.store.js';
import type { RunContext } from '../run-context.js';
import { addChanges, type ChangePlace } from './changes.store.js';
import { inPages } from './in-pages.js';
import {
  findLinks,
  type FoundMatch,
  nextUnmatched,
  saveMatches,
  skipRivalMatches,
  skipStaged,
  type Unmatched,
} from './match.store.js';

/** Links new records to existing rows by the match keys, in their order (R10). */
export async function matchRecords(context: RunContext, target: RecordTarget, place: ChangePlace): Promise<void> {
  if (!target.findByMatchKey || !target.keyOf) return;
  let matched = 0;
  await inPages(context, {
    next: (tx, range) => nextUnmatched(tx, context, target.kind, range),
    work: async (tx, page) => {
      matched += await matchPage(tx, context, { target, place, page });
    },
  });
  if (matched > 0) await fenced(context, (tx) => skipRivalMatches(tx, context, target.kind, place));
}

/** @returns how many records found a row. */
async function matchPage(
  tx: Tx,
  context: RunContext,
  { target, place, page }: { target: RecordTarget; place: ChangePlace; page: readonly Unmatched[] },
): Promise<number> {
  const verdicts = new Map<string, RankedVerdict>();
  const keys = new Set([...context.source.matchKeys, ...page.flatMap((one) => one.matchKeys)]);
  for (const key of [...keys].filter((name) => target.matchKeys.includes(name))) {
    const open = page.filter((one) => !verdicts.has(one.externalId) && keysOf(one, context).includes(key));
    await tryKey(tx, context, { target, key, open, verdicts });
  }
  const kind = target.kind;
  const lines = [];
  const matches: FoundMatch[] = [];
  for (const [externalId, verdict] of verdicts) {
    if (verdict.verdict === 'match') matches.push({ externalId, targetId: verdict.targetId, rank: verdict.rank });
    if (verdict.verdict === 'skip') lines.push({ ...skip(kind, externalId, verdict), keys: null, pending: [] });
  }
  await saveMatches(tx, context, kind, matches);
  await addChanges(tx, context, place, lines);
  const skipped = lines.flatMap((line) => line.externalId ?? []);
  await skipStaged(tx, context, kind, skipped);
  return matches.length;
}

type RankedVerdict = MatchVerdict & { readonly rank: number };

interface KeyTry {
  readonly target: RecordTarget;
  readonly key: string;
  readonly open: readonly Unmatched[];
  readonly verdicts: Map<string, RankedVerdict>;
}

async function tryKey(tx: Tx, context: RunContext, { target, key, open, verdicts }: KeyTry): Promise<void> {
  const wanted = new Map(open.map((one) => [one.externalId, target.keyOf?.(key, one.data[key]) ?? null]));
  const values = [...new Set([...wanted.values()].filter((value) => value !== null))];
  if (values.length === 0 || !target.findByMatchKey) return;
  const candidates = await target.findByMatchKey(tx, key, values);
  const ids = candidates.map((candidate) => candidate.id);
  const links = await findLinks(tx, context, target.kind, ids);
  const hits = new Map<string | null, MatchHit[]>(values.map((value) => [value, []]));
  for (const candidate of candidates) {
    hits.get(candidate.key)?.push({ ...candidate, link: links.get(candidate.id) ?? 'none' });
  }
  const matchKey = { name: key, unique: target.uniqueFields.includes(key) };
  for (const one of open) {
    const verdict = decideMatch(matchKey, hits.get(wanted.get(one.externalId) ?? null) ?? []);
    const rank = matchRank(matchKey, keysOf(one, context).indexOf(key));
    if (verdict.verdict !== 'none') verdicts.set(one.externalId, { ...verdict, rank });
  }
}

/** The match keys of a push, if it names any; else those of the source, in order. */
function keysOf(one: Unmatched, { source }: RunContext): readonly string[] {
  return one.matchKeys.length > 0 ? one.matchKeys : source.matchKeys;
}
