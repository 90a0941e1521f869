import { declarations } from '../../compose/declare/ready-made.ts';
import type { Observed } from './observed.ts';
import type { ReadyName } from './ready-for.ts';
import type { WatchedMember } from './watched-app.ts';

/** What the function of a stack takes a middleware as, and what the middleware is called in the stack. */
export interface Names {
  readonly parameter: string;
  readonly name: string;
}

/** Gives unique names. */
export class Naming {
  readonly #taken = new Set<string>();

  of(member: WatchedMember, observed: Observed, ready: ReadyName | undefined): Names {
    const wanted = ready ?? ownName(member) ?? mountName(member) ?? keyName(observed) ?? 'middleware';
    const number = this.#freeNumber(wanted);
    const suffix = number === 1 ? '' : String(number);
    if (ready === undefined) return { parameter: wanted + suffix, name: wanted + suffix };
    return { parameter: wanted + suffix, name: declarations[ready].name + (suffix && `-${suffix}`) };
  }

  #freeNumber(wanted: string): number {
    let number = 1;
    while (this.#taken.has(wanted + (number === 1 ? '' : String(number)))) number++;
    this.#taken.add(wanted + (number === 1 ? '' : String(number)));
    return number;
  }
}

/** What Express and packages call all that they make. */
const SAYS_NOTHING = /^(?:router|app|mounted_app|middleware|handler|default|result|exports?|fn|cb)$/;

function ownName({ kind, name }: WatchedMember): string | undefined {
  const bare = name
    .replace(/^_+/, '')
    .replaceAll(/[^\p{ID_Continue}$]+(.)?/gu, (_, next?: string) => next?.toUpperCase() ?? '');
  if (kind === 'router' || kind === 'app' || SAYS_NOTHING.test(bare)) return undefined;
  return /^[\p{ID_Start}$]/u.test(bare) && !RESERVED.has(bare) ? bare : undefined;
}

/** `/api/v1` of a router becomes `apiV1Router`. */
function mountName({ kind, mount }: WatchedMember): string | undefined {
  const words = mount?.[0]?.split(/[^A-Za-z\d]+/).filter((word) => word !== '') ?? [];
  const what = kind === 'router' ? 'Router' : kind === 'app' ? 'App' : 'Middleware';
  if (words.length === 0) return kind === 'router' || kind === 'app' ? what.toLowerCase() : undefined;
  const [first = '', ...others] = words;
  const joined =
    first.toLowerCase() + others.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return /^\d/.test(joined) ? undefined : joined + what;
}

/** A function without a name that writes one key, or sets one header, is called by that. */
function keyName({ keys, headers }: Observed): string | undefined {
  const written = [...keys].filter(([, { writes }]) => writes > 0).map(([key]) => key.replace(/.*\./, ''));
  const [name, ...others] = written.length > 0 ? written : [...headers.keys()].map(camelCased);
  return name === undefined || others.length > 0 || RESERVED.has(name) ? undefined : name;
}

function camelCased(header: string): string {
  return header
    .replaceAll(/[^a-z\d]+(.)?/g, (_, next?: string) => next?.toUpperCase() ?? '')
    .replace(/^\d+/, '');
}

/** Words that no variable can have as its name, and the variable of the function itself. */
const RESERVED = new Set(
  'app arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield'.split(
    ' ',
  ),
);
