import { ConfigurationError } from './errors.ts';

/** On every `ServerConfig`, of whichever copy of this package: `instanceof` knows its own copy only. */
export const SERVER_CONFIG: unique symbol = Symbol.for('openhands-express.ServerConfig') as never;

/** What options have none of, for configs of copies from before the brand. */
const METHODS = ['layers', 'routers', 'stackOptions', 'prepare', 'verify'];

/** Two copies would each have classes of errors and configs of their own, so those of another one are not run. */
const ONE_COPY =
  'it must be of the very copy of openhands-express that runs. Install the package only once (see npm ls openhands-express), ' +
  'and load it only with import or only with require';

/**
 * Refuses what can be no options. All that is unknown in options is ignored, so the OSS edition would start, in which
 * nobody signs in.
 *
 * @throws ConfigurationError one line that says what to give instead.
 */
export function refuseWhatAreNoOptions(given: unknown): void {
  const complaint = complaintAbout(given);
  if (complaint !== undefined) throw new ConfigurationError(`Not the options of a config, but ${complaint}.`);
}

/** @throws ConfigurationError for what is no config of this copy of the package. */
export function refuseWhatIsNoConfig(given: unknown): never {
  throw new ConfigurationError(
    isLikeConfig(given) ? `A config cannot be taken: ${ONE_COPY}.` : 'createApp() takes a ServerConfig.',
  );
}

const GIVE_ENVIRONMENT = 'Give it as { env: process.env }';

/** A variable that cannot be read is not set, and the one that says which edition runs must not be missed. */
function complaintAboutEnvironment(env: unknown): string | undefined {
  if (env === undefined) return undefined;
  if (typeof env !== 'object' || env === null || !isPlain(env)) {
    return `options whose env is no object of variables. ${GIVE_ENVIRONMENT}`;
  }
  const [name] =
    Object.entries(env).find(([, value]) => !['string', 'undefined'].includes(typeof value)) ?? [];
  return name === undefined ? undefined : `options whose env.${name} is no text`;
}

/** No option is written so, and all our variables are. */
function isVariable([name, value]: readonly [string, unknown]): boolean {
  return /^[A-Z][A-Z\d_]*$/.test(name) && typeof value === 'string';
}

function namesConfigClass(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'OPENHANDS_CONFIG_CLS' in value;
}

/** Whether what is in an object is found under its names: not so in a list or a `Map`. */
function isPlain(value: object): boolean {
  return !(Symbol.iterator in value);
}

/** Whether something is a config class, of whichever copy: by its brand, or by all the methods of a config. */
export function isConfigClass(value: unknown): boolean {
  return typeof value === 'function' && isConfig((value as { prototype?: unknown }).prototype);
}

function isConfig(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    (SERVER_CONFIG in value || METHODS.every(isMethodOf(value)))
  );
}

/** Whether something has but one of the methods of a config, of which options have none. */
function isLikeConfig(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && (SERVER_CONFIG in value || METHODS.some(isMethodOf(value)))
  );
}

function isMethodOf(value: object): (name: string) => boolean {
  return (name) => typeof (value as Record<string, unknown>)[name] === 'function';
}

function complaintAbout(given: unknown): string | undefined {
  if (typeof given === 'function') {
    return 'a class or function. Name a config class in env.OPENHANDS_CONFIG_CLS, or make a config of it with new';
  }
  if (typeof given !== 'object' || given === null) return given === null ? 'null' : typeof given;
  if ('then' in given) return 'a promise. Await it first';
  if (isLikeConfig(given)) return `a config. Where a config is taken, ${ONE_COPY}`;
  if ('appMode' in given) return 'what is left of a config when it is spread. Give the config itself';
  // An edition of somebody's may have a config among its own options, and an environment beside it.
  if ('env' in given) return complaintAboutEnvironment(given.env);
  const values: unknown[] = Object.values(given);
  if (values.some((value) => isConfig(value) || isConfigClass(value))) {
    return 'an object with a config in it. Give the config itself';
  }
  if (Object.entries(given).some(isVariable)) return `an environment. ${GIVE_ENVIRONMENT}`;
  if (values.some(namesConfigClass)) return `an environment under another name. ${GIVE_ENVIRONMENT}`;
  return isPlain(given) ? undefined : 'no plain object';
}
