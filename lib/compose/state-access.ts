import type { ConflictId } from './conflict.ts';
import type { Step, UntickedKeys } from './run.ts';
import type { Station } from './station.ts';

/** A read that needs a second look: of a losing key, of an undeclared one, or of one that has no tick. */
export function readCarefully(step: Step, key: string): unknown {
  const { run, station } = step;
  const { runtime } = run;
  untickedOf(step).reads.add(key);

  const loss = runtime.losses.get(key);
  if (loss !== undefined) {
    report(
      step,
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
  if (!station.reads.has(key) && station !== runtime.application) {
    report(step, 'S305', key, `reads "${key}" without declaring it.`);
  }
  return valueOf(step, key);
}

/** A write that needs a second look. The rule: what a higher layer has written stays. */
export function writeCarefully(step: Step, key: string, value: unknown): void {
  const { run, station } = step;
  const { runtime } = run;
  untickedOf(step).writes.add(key);

  const loss = runtime.losses.get(key);
  if (loss !== undefined) {
    // To say that there is none is no claim.
    if (value === undefined) return;
    report(
      step,
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
  if (!station.writes.has(key) && station !== runtime.application) {
    report(step, 'S304', key, `writes "${key}" without declaring it.`);
  }
  if (run.res.writableEnded) {
    report(step, 'S306', key, `writes "${key}" after the response has been sent.`);
  }
  const writer = writerOf(step, key);
  if (writer !== undefined && writer.rank > station.rank) {
    report(
      step,
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
  const number = runtime.numberOf.get(key);
  if (number === undefined) {
    (run.extra ??= new Map()).set(key, { value, writer: station });
  } else {
    run.values[number] = value;
    run.writers[number] = station;
  }
}

/** What the middleware of a step may see, for `JSON.stringify` and `console.log`. Looking counts as no read. */
export function visibleState(step: Step): Record<string, unknown> {
  const { run, station } = step;
  const { runtime } = run;
  const all = station === runtime.application;
  const keys = all ? [...runtime.keys, ...(run.extra?.keys() ?? [])] : [...station.reads];
  const visible = keys
    .filter((key) => !runtime.losses.has(key))
    .map((key) => [key, valueOf(step, key)] as const)
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(visible);
}

function valueOf({ run }: Step, key: string): unknown {
  const number = run.runtime.numberOf.get(key);
  if (number !== undefined) return run.values[number];
  const extra = run.extra?.get(key);
  return extra === undefined ? (run.outer as Record<string, unknown> | undefined)?.[key] : extra.value;
}

function writerOf({ run }: Step, key: string): Station | undefined {
  const number = run.runtime.numberOf.get(key);
  return number === undefined ? run.extra?.get(key)?.writer : run.writers[number];
}

function untickedOf(step: Step): UntickedKeys {
  const steps = (step.run.unticked ??= new Map<Step, UntickedKeys>());
  let keys = steps.get(step);
  if (keys === undefined) steps.set(step, (keys = { reads: new Set(), writes: new Set() }));
  return keys;
}

function report(
  step: Step,
  id: ConflictId,
  key: string,
  predicate: string,
  kept?: { key: string; middleware: string },
): void {
  step.run.runtime.reporter.report(step, id, predicate, { key, kept });
}
