import type { LosingKey } from '../plan/exclusive.ts';
import type { ConflictId } from './conflict.ts';
import type { Run } from './run.ts';
import type { Stage } from './stage.ts';

/**
 * Reads a key that a view cannot read at once: a losing key, an undeclared one, or one that has no bit in the stage.
 *
 * @returns undefined for a losing key.
 */
export function readByRule(run: Run, stage: Stage, key: string): unknown {
  const { runtime } = run;
  run.state.otherKeysOf(stage).reads.add(key);

  const loss = runtime.losingKeys.get(key);
  if (loss !== undefined) {
    report(
      run,
      stage,
      'S303',
      key,
      `reads "${key}", which is always undefined: ${loss.claimedBy.name} claims "${loss.group}" with "${loss.winner}".`,
      winnerOf(loss),
    );
    return undefined;
  }
  if (!stage.reads.has(key) && stage !== runtime.application) {
    report(run, stage, 'S305', key, `reads "${key}" without declaring it.`);
  }
  return valueOf(run, key);
}

/**
 * Writes a key that a view cannot write at once. The rule of layers: what a higher layer has written stays. A write
 * against the rule, or against the declaration, is reported as a conflict.
 */
export function writeByRule(run: Run, stage: Stage, key: string, value: unknown): void {
  const { runtime } = run;
  run.state.otherKeysOf(stage).writes.add(key);

  const loss = runtime.losingKeys.get(key);
  if (loss !== undefined) {
    // Undefined is what the key is anyway.
    if (value === undefined) return;
    report(
      run,
      stage,
      'S302',
      key,
      `writes "${key}", which is not kept: ${loss.claimedBy.name} claims "${loss.group}" with "${loss.winner}".`,
      winnerOf(loss),
    );
    return;
  }
  if (!stage.writes.has(key) && stage !== runtime.application) {
    report(run, stage, 'S304', key, `writes "${key}" without declaring it.`);
  }
  if (run.res.writableEnded) {
    report(run, stage, 'S306', key, `writes "${key}" after the response has been sent.`);
  }
  const writer = writerOf(run, key);
  if (writer !== undefined && writer.rank > stage.rank) {
    report(
      run,
      stage,
      'S301',
      key,
      `writes "${key}", which ${writer.name} in a higher layer has written; that stays.`,
      {
        key,
        middleware: writer.name,
      },
    );
    return;
  }
  const index = runtime.indexOf.get(key);
  if (index === undefined) {
    (run.state.extra ??= new Map()).set(key, { value, writer: stage });
  } else {
    run.state.values[index] = value;
    run.state.writers[index] = stage;
  }
  // A stack that is an entry of another stack writes there too, as that entry, so that the rule of that stack holds.
  if (run.host !== undefined && run.outer !== undefined) Reflect.set(run.outer, key, value);
}

/** Reports that a handler has set `req.state` itself, and not one of its keys. */
export function reportReplacedState(run: Run, stage: Stage): void {
  const does = 'sets req.state itself; the keys of what it was set to were written one by one.';
  run.runtime.reporter.report(run, stage, 'S309', does);
}

/**
 * The value of a key. A key that no stage of this stack has written is looked for outside.
 *
 * @param outer - what `req.state` was before the stack, or a copy of it.
 */
export function valueOf(run: Run, key: string, outer = run.outer): unknown {
  if (writerOf(run, key) === undefined) return outer === undefined ? undefined : Reflect.get(outer, key);
  const index = run.runtime.indexOf.get(key);
  return index === undefined ? run.stateIfAny?.extra?.get(key)?.value : run.stateIfAny?.values[index];
}

/** What counts in the place of a key that lost its exclusive group. */
function winnerOf({ winner, claimedBy }: LosingKey): { key: string; middleware: string } {
  return { key: winner, middleware: claimedBy.name };
}

function writerOf(run: Run, key: string): Stage | undefined {
  const index = run.runtime.indexOf.get(key);
  return index === undefined ? run.stateIfAny?.extra?.get(key)?.writer : run.stateIfAny?.writers[index];
}

function report(
  run: Run,
  stage: Stage,
  id: ConflictId,
  key: string,
  predicate: string,
  kept?: { key: string; middleware: string },
): void {
  run.runtime.reporter.report(run, stage, id, predicate, { key, kept });
}
