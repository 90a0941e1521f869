import { faultOfKey, isOptionalRead } from './declare/keys.ts';
import { faultOfNames } from './declare/name-list.ts';
import { unlessPlain } from './declare/plain-object.ts';
import { didYouMean } from './diagnose/did-you-mean.ts';
import { shown } from './diagnose/shown.ts';
import type { ComposeOptions } from './options.ts';
import { checkPlanOptions } from './plan/plan-options.ts';
import type { ConflictReaction } from './run/conflict.ts';

/** Why the value of an option is none, as a sentence that says what to write. */
type FaultOf = (value: unknown, option: string) => string | undefined;

/** Each option of `compose`, with its check. `silence` and `strict` are checked together, by their ids. */
const CHECKS: Readonly<Record<keyof ComposeOptions, FaultOf>> = {
  exclusive: faultOfGroups,
  reads: faultOfKeys,
  given: faultOfKeys,
  silence: () => undefined,
  strict: () => undefined,
  ambiguousOk: faultOfPairs,
  shuffle: (seed) =>
    Number.isFinite(seed) ? undefined : `shuffle takes a number as its seed, not ${shown(seed)}.`,
  onConflict: (policy) =>
    typeof policy === 'function'
      ? undefined
      : faultOfWord(
          policy,
          REACTIONS,
          `onConflict takes 'record', 'warn', 'error' (which throws) or a function`,
        ),
  log: (log) =>
    typeof (log as { warn?: unknown } | null)?.warn === 'function'
      ? undefined
      : `log takes a logger with a method warn(details, message), such as console or pino(), not ${shown(log)}.`,
  timing: (timing) => faultOfWord(timing, ['sampled', 'all'], `timing takes 'sampled' or 'all'`),
  development: (development) =>
    typeof development === 'boolean'
      ? undefined
      : `development takes true or false, not ${shown(development)}.`,
};

const REACTIONS: readonly ConflictReaction[] = ['record', 'warn', 'error'];

/**
 * Refuses options that are malformed, and those that do not exist: a misspelled one would be passed over in silence.
 *
 * @throws TypeError that says what to write.
 */
export function checkOptions(options: ComposeOptions): void {
  const odd = unlessPlain(options);
  if (odd !== undefined) {
    const hint = typeof options === 'function' ? ` ${INTO_LAYERS}` : '';
    throw new TypeError(
      `The options of compose are a plain object, such as { strict: true }, not ${odd}.${hint}`,
    );
  }
  for (const [option, value] of Object.entries(options)) {
    if (!Object.hasOwn(CHECKS, option)) {
      const known = Object.keys(CHECKS);
      const isLayer = Array.isArray(value) && value.some((one) => typeof one !== 'string');
      const hint = isLayer ? ` ${INTO_LAYERS}` : '';
      throw new TypeError(
        `compose has no option "${option}". ${didYouMean(option, known)}The options are ${known.join(', ')}.${hint}`,
      );
    }
    const fault = value === undefined ? undefined : CHECKS[option as keyof ComposeOptions](value, option);
    if (fault !== undefined) throw new TypeError(`compose: ${fault}`);
  }
  checkPlanOptions(options);
}

const INTO_LAYERS = 'All layers stand in the first argument: compose({ base: [cors], top: [session] }).';

function faultOfKeys(keys: unknown, option: string): string | undefined {
  const fault = faultOfNames(option, keys);
  if (fault !== undefined) return fault;
  for (const key of keys as string[]) {
    if (isOptionalRead(key)) return `"${key}" in ${option} is one key; write '${key.slice(0, -1)}'.`;
    const faultOfOne = faultOfKey(key);
    if (faultOfOne !== undefined) return faultOfOne;
  }
  return undefined;
}

function faultOfGroups(groups: unknown): string | undefined {
  const odd = unlessPlain(groups);
  if (odd !== undefined) {
    return `exclusive takes groups of keys by name, such as { identity: ['user', 'apiKey'] }, not ${odd}.`;
  }
  for (const [group, keys] of Object.entries(groups as object)) {
    const fault = faultOfKeys(keys, group);
    if (fault !== undefined) return `exclusive: ${fault}`;
  }
  return undefined;
}

function faultOfPairs(pairs: unknown): string | undefined {
  const isPair = (pair: unknown): boolean =>
    Array.isArray(pair) && pair.length === 2 && faultOfNames('pair', pair) === undefined;
  if (Array.isArray(pairs) && Array.from(pairs as unknown[]).every(isPair)) return undefined;
  const hint = isPair(pairs) ? `; write [['${(pairs as string[]).join(`', '`)}']]` : '';
  return `ambiguousOk takes an array of pairs of names, such as [['cors', 'session']]${hint}.`;
}

function faultOfWord(value: unknown, words: readonly string[], rule: string): string | undefined {
  if (typeof value === 'string' && words.includes(value)) return undefined;
  const meant = typeof value === 'string' ? didYouMean(value, words) : '';
  return `${rule}, not ${shown(value)}. ${meant}`.trimEnd();
}
