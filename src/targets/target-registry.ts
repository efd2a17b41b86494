import type { RecordKind } from '../domain/record.js';
import type { DerivedTarget, RecordTarget, Target } from './target.js';

/** The targets of this process, in the order in which they are written. */
export class TargetRegistry {
  private readonly targets: readonly Target[];

  /** @throws Error for two targets of a name or kind, an unknown dependency or a cycle. */
  constructor(targets: readonly Target[]) {
    refuseDuplicates(targets.map((target) => target.name));
    refuseDuplicates(targets.map((target) => target.kind));
    this.targets = sortByDependency(targets);
  }

  list(): readonly Target[] {
    return this.targets;
  }

  /** The kinds of records that can be pulled and pushed. */
  kinds(): readonly RecordKind[] {
    return this.records().map((target) => target.kind);
  }

  records(): readonly RecordTarget[] {
    return this.targets.filter((target) => target.type === 'record');
  }

  ofKind(kind: RecordKind): RecordTarget | undefined {
    return this.records().find((target) => target.kind === kind);
  }

  /** The target of a built-in kind, which every process has. @throws Error if none is registered. */
  requireKind(kind: RecordKind): RecordTarget {
    const target = this.ofKind(kind);
    if (!target) throw new Error(`No target is registered for the kind ${kind}.`);
    return target;
  }

  /** The targets that derive rows from records of a kind. */
  derivedFrom(kind: RecordKind): readonly DerivedTarget[] {
    return this.targets.filter((target) => target.type === 'derived').filter((target) => target.accepts.includes(kind));
  }

  /** Position of a target in the order of writing, from 0. */
  rankOf(target: Target): number {
    return this.targets.indexOf(target);
  }
}

function refuseDuplicates(names: readonly string[]): void {
  const duplicate = names.find((name, at) => names.indexOf(name) !== at);
  if (duplicate !== undefined) throw new Error(`Two targets are registered as "${duplicate}".`);
}

function sortByDependency(targets: readonly Target[]): readonly Target[] {
  const sorted: Target[] = [];
  const waiting = [...targets];
  while (waiting.length > 0) {
    const at = waiting.findIndex((target) =>
      target.dependsOn.every((name) => sorted.some((done) => done.name === name)),
    );
    if (at === -1) {
      const names = waiting.map((target) => target.name).join(', ');
      throw new Error(`The targets ${names} depend on each other or on one that is not registered.`);
    }
    sorted.push(...waiting.splice(at, 1));
  }
  return sorted;
}
