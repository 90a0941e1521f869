import type { ConflictId } from './conflict.ts';
import type { Run } from './run.ts';
import type { Station } from './stage.ts';

/** A read that needs a second look: of a losing key, of an undeclared one, or of one that has no tick. */
export function readCarefully(run: Run, station: Station, key: string): unknown {
  const { runtime } = run;
  run.ledger.untickedOf(station).reads.add(key);

  const loss = runtime.losses.get(key);
  if (loss !== undefined) {
    report(
      run,
      station,
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
    report(run, station, 'S305', key, `reads "${key}" without declaring it.`);
  }
  return valueOf(run, key);
}

/** A write that needs a second look. The rule: what a higher layer has written stays. */
export function writeCarefully(run: Run, station: Station, key: string, value: unknown): void {
  const { runtime } = run;
  run.ledger.untickedOf(station).writes.add(key);

  const loss = runtime.losses.get(key);
  if (loss !== undefined) {
    // To say that there is none is no claim.
    if (value === undefined) return;
    report(
      run,
      station,
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
    report(run, station, 'S304', key, `writes "${key}" without declaring it.`);
  }
  if (run.res.writableEnded) {
    report(run, station, 'S306', key, `writes "${key}" after the response has been sent.`);
  }
  const writer = writerOf(run, key);
  if (writer !== undefined && writer.rank > station.rank) {
    report(
      run,
      station,
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
    (run.ledger.extra ??= new Map()).set(key, { value, writer: station });
  } else {
    run.ledger.values[number] = value;
    run.ledger.writers[number] = station;
  }
}

/** What a middleware may see on a request, for `JSON.stringify` and `console.log`. Looking counts as no read. */
export function visibleState(run: Run, station: Station): Record<string, unknown> {
  const { runtime } = run;
  const all = station === runtime.application;
  const keys = all ? [...runtime.keys, ...(run.opened?.extra?.keys() ?? [])] : [...station.reads];
  const visible = keys
    .filter((key) => !runtime.losses.has(key))
    .map((key) => [key, valueOf(run, key)] as const)
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(visible);
}

function valueOf(run: Run, key: string): unknown {
  const number = run.runtime.numberOf.get(key);
  if (number !== undefined) return run.opened?.values[number];
  const extra = run.opened?.extra?.get(key);
  return extra === undefined ? (run.outer as Record<string, unknown> | undefined)?.[key] : extra.value;
}

function writerOf(run: Run, key: string): Station | undefined {
  const number = run.runtime.numberOf.get(key);
  return number === undefined ? run.opened?.extra?.get(key)?.writer : run.opened?.writers[number];
}

function report(
  run: Run,
  station: Station,
  id: ConflictId,
  key: string,
  predicate: string,
  kept?: { key: string; middleware: string },
): void {
  run.runtime.reporter.report(run, station, id, predicate, { key, kept });
}
