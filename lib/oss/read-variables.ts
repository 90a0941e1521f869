/** Reads variables of the environment by a schema, and names all that are missing or wrong at once. */
import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { ConfigurationError } from './errors.ts';

/** Environment variables as the process, a `.env` file or a test hands them in. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/** What an edition reads from the environment besides what the edition below it reads. */
export interface VariableGroup<Schema extends z.ZodType = z.ZodType> {
  /** Whose variables these are, as a heading of their documentation. */
  readonly title: string;
  /** A schema of an object whose keys are the names; made from `env` where one variable says how another is read. */
  readonly schema: (env: EnvironmentVariables) => Schema;
  /** What to say of a bad value whose schema has nothing to say for itself. */
  readonly expectations?: Readonly<Record<string, string>>;
}

/**
 * Checks variables against a schema whose keys are their names. An empty value counts as unset, as in a `.env`
 * file with `NAME=`. Messages never hold a value: it may be a secret.
 *
 * @param expectations - what to say of a variable instead of the schema's own message.
 * @throws ConfigurationError one line that names every variable with a bad value and says what to set.
 */
export function readVariables<Schema extends z.ZodType>(
  schema: Schema,
  env: EnvironmentVariables,
  expectations: Readonly<Record<string, string>> = {},
): z.output<Schema> {
  return readGroup({ title: '', schema: () => schema, expectations }, env);
}

/**
 * Reads the variables of a group, see {@link readVariables}.
 *
 * @throws ConfigurationError
 */
export function readGroup<Schema extends z.ZodType>(
  group: VariableGroup<Schema>,
  env: EnvironmentVariables,
): z.output<Schema> {
  refuseMarkedNames(env);
  const { complaints, data } = takeChecked(group, env) ?? check(group, env);
  if (complaints.length > 0) throw wrong(complaints);
  return data as z.output<Schema>;
}

/**
 * Sees to it that every variable of an edition can be read, before any part of the edition reads its own: so a person
 * learns in one go of all that is missing.
 *
 * @throws ConfigurationError
 */
export function assertReadable(groups: readonly VariableGroup[], env: EnvironmentVariables): void {
  refuseMarkedNames(env);
  const checks = new Map(groups.map((group) => [group, check(group, env)]));
  const complaints = [...checks.values()].flatMap((each) => each.complaints);
  if (complaints.length > 0) throw wrong(complaints);
  checked.set(env, checks);
}

/** What the variables of a group say, and what of them is wrong. */
interface Checked {
  /** Those that are set, as they were checked. */
  readonly set: Readonly<Record<string, string>>;
  readonly data: unknown;
  readonly complaints: readonly string[];
}

/** What {@link assertReadable} has checked, until the parts of the edition read their own: to check takes a while. */
const checked = new WeakMap<EnvironmentVariables, Map<VariableGroup, Checked>>();

/** @returns undefined unless the group was checked, and the variables are what they were then. */
function takeChecked(group: VariableGroup, env: EnvironmentVariables): Checked | undefined {
  const known = checked.get(env)?.get(group);
  checked.get(env)?.delete(group);
  return known !== undefined && isDeepStrictEqual(known.set, setIn(env)) ? known : undefined;
}

/** The variables of a schema, by their names. */
export function variablesIn(schema: z.ZodType): Readonly<Record<string, z.ZodType>> {
  if ('shape' in schema) return schema.shape as Record<string, z.ZodType>;
  // What is made of the variables together stands behind them.
  return 'in' in schema ? variablesIn(schema.in as z.ZodType) : {};
}

function setIn(env: EnvironmentVariables): Record<string, string> {
  const trimmed = Object.entries(env).map(([name, value = '']) => [name, value.trim()] as const);
  return Object.fromEntries(trimmed.filter(([, value]) => value !== ''));
}

function check({ schema: schemaFor, expectations = {} }: VariableGroup, env: EnvironmentVariables): Checked {
  const set = setIn(env);
  const schema = schemaFor(env);
  const complaints = new Map<string, string>();
  for (const name of Object.keys(variablesIn(schema))) {
    const complaint = ofAShell(set[name] ?? '');
    if (complaint !== undefined) complaints.set(name, `${name} ${complaint}`);
  }
  // Once for each start: zod would compile code for it first, which takes longer.
  const { success, data, error } = schema.safeParse(set, { jitless: true });
  for (const issue of success ? [] : error.issues) {
    const name = String(issue.path[0] ?? 'The environment');
    if (!complaints.has(name)) complaints.set(name, `${name} ${expectations[name] ?? issue.message}`);
  }
  return { set, data, complaints: [...complaints.values()] };
}

/**
 * What a shell would have made of a value before anybody saw it. Docker and systemd read files of variables without one:
 * the quotes, or the name of a command in the place of a secret, would be taken for the value.
 *
 * @returns what to set instead; undefined when a value has nothing of the kind.
 */
function ofAShell(value: string): string | undefined {
  if (/^(["'`])[^]*\1$/.test(value) && value.length > 1) {
    return 'is in quotes, which are not taken off here: leave them out.';
  }
  return /^~(\/|$)|^\$\w+$|\$\{\w+\}|\$\([^]*\)/.test(value)
    ? 'has ~ or $ for what a shell would put in its place: write out what is meant.'
    : undefined;
}

function wrong(complaints: readonly string[]): ConfigurationError {
  return new ConfigurationError(complaints.join(' '), { complaints });
}

/**
 * Docker and systemd read files of variables as well, and take a byte order mark for a part of the first name. Whatever
 * that variable was to say, such as which edition runs, must not be missing without a word.
 */
function refuseMarkedNames(env: EnvironmentVariables): void {
  const marked = Object.keys(env).find((name) => name.startsWith('\uFEFF'));
  if (marked === undefined) return;
  throw new ConfigurationError(
    `${marked.slice(1)} has a byte order mark before its name: save the file that it comes from without one.`,
  );
}
