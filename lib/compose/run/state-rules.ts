import type { ConflictId } from './conflict.ts';
import type { Run } from './run.ts';
import type { Stage } from './stage.ts';

/** A read that needs a second look: of a losing key, of an undeclared one, or of one that has no bit. */
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
      {
        key: loss.winner,
        middleware: loss.claimedBy.name,
      },
    );
    return undefined;
  }
  if (!stage.reads.has(key) && stage !== runtime.application) {
    report(run, stage, 'S305', key, `reads "${key}" without declaring it.`);
  }
  return valueOf(run, key);
}

/** A write that needs a second look. The rule: what a higher layer has written stays. */
export function writeByRule(run: Run, stage: Stage, key: string, value: unknown): void {
  const { runtime } = run;
  run.state.otherKeysOf(stage).writes.add(key);

  const loss = runtime.losingKeys.get(key);
  if (loss !== undefined) {
    // To say that there is none is no claim.
    if (value === undefined) return;
    report(
      run,
      stage,
      'S302',
      key,
      `writes "${key}", which is not kept: ${loss.claimedBy.name} claims "${loss.group}" with "${loss.winner}".`,
      {
        key: loss.winner,
        middleware: loss.claimedBy.name,
      },
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
  const number = runtime.indexOf.get(key);
  if (number === undefined) {
    (run.state.extra ??= new Map()).set(key, { value, writer: stage });
  } else {
    run.state.values[number] = value;
    run.state.writers[number] = stage;
  }
}

/** What a middleware may see on a request, for `JSON.stringify` and `console.log`. Looking counts as no read. */
export function visibleState(run: Run, stage: Stage): Record<string, unknown> {
  const { runtime } = run;
  const all = stage === runtime.application;
  const keys = all ? [...runtime.keys, ...(run.stateIfAny?.extra?.keys() ?? [])] : [...stage.reads];
  const visible = keys
    .filter((key) => !runtime.losingKeys.has(key))
    .map((key) => [key, valueOf(run, key)] as const)
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(visible);
}

function valueOf(run: Run, key: string): unknown {
  const number = run.runtime.indexOf.get(key);
  if (number !== undefined) return run.stateIfAny?.values[number];
  const extra = run.stateIfAny?.extra?.get(key);
  return extra === undefined ? (run.outer as Record<string, unknown> | undefined)?.[key] : extra.value;
}

function writerOf(run: Run, key: string): Stage | undefined {
  const number = run.runtime.indexOf.get(key);
  return number === undefined ? run.stateIfAny?.extra?.get(key)?.writer : run.stateIfAny?.writers[number];
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
