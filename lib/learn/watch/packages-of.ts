import type * as Inspector from 'node:inspector';
import { createRequire } from 'node:module';
import type { AnyFunction } from './express-parts.ts';

/** By the text of a function: what one factory makes has one text, and is asked for once. */
const known = new Map<string, string | undefined>();

/** The files of the scripts that V8 has named so far. */
const files = new Map<string, string>();

/**
 * The packages in which functions were written, as V8 knows it: a name alone, such as `session`, says nothing of whose
 * it is. Undefined for the app's own functions, and where this Node has no inspector.
 */
export function packagesOf(functions: readonly AnyFunction[]): (string | undefined)[] {
  const texts = functions.map((one) => Function.prototype.toString.call(one));
  const unknown = functions.filter((_, index) => !known.has(texts[index] ?? ''));
  if (unknown.length > 0) {
    const found = filesOf(unknown);
    unknown.forEach((one, index) => {
      known.set(Function.prototype.toString.call(one), packageIn(found[index]));
    });
  }
  return texts.map((text) => known.get(text));
}

/** The package whose file it is. The innermost: packages may have packages of their own. */
function packageIn(file = ''): string | undefined {
  return /.*[\\/]node_modules[\\/](?<name>@[^\\/]+[\\/][^\\/]+|[^\\/]+)[\\/]/
    .exec(file)
    ?.groups?.name?.replace('\\', '/');
}

function filesOf(functions: readonly AnyFunction[]): (string | undefined)[] {
  const session = connect();
  if (session === undefined) return [];
  try {
    const scripts = functions.map((one) => scriptOf(session, one));
    if (scripts.some((script) => script !== undefined && !files.has(script))) nameScripts(session);
    return scripts.map((script) => files.get(script ?? ''));
  } finally {
    session.disconnect();
  }
}

function connect(): Inspector.Session | undefined {
  try {
    const inspector = createRequire(import.meta.url)('node:inspector') as typeof Inspector;
    const session = new inspector.Session();
    session.connect();
    return session;
  } catch {
    // Node may be built without it.
    return undefined;
  }
}

/** What hands a function to V8, in which an expression finds it. */
const HANDOVER = Symbol.for('openhands-express.learn.function');

/** The script that a function was written in, by V8's own number. The session of a process answers at once. */
function scriptOf(session: Inspector.Session, one: AnyFunction): string | undefined {
  let script: string | undefined;
  Reflect.set(globalThis, HANDOVER, one);
  const expression = `globalThis[Symbol.for('${HANDOVER.description ?? ''}')]`;
  session.post('Runtime.evaluate', { expression }, (_error, { result }) => {
    const { objectId } = result;
    if (objectId === undefined) return;
    session.post(
      'Runtime.getProperties',
      { objectId, ownProperties: true },
      (_fault, { internalProperties }) => {
        const place = internalProperties?.find(({ name }) => name === '[[FunctionLocation]]')?.value;
        script = (place?.value as { scriptId?: string } | undefined)?.scriptId;
      },
    );
    session.post('Runtime.releaseObject', { objectId });
  });
  Reflect.deleteProperty(globalThis, HANDOVER);
  return script;
}

/** V8 names all scripts to a debugger when it comes. It leaves at once, so nothing can stop at a breakpoint. */
function nameScripts(session: Inspector.Session): void {
  session.on('Debugger.scriptParsed', ({ params }) => files.set(params.scriptId, params.url));
  session.post('Debugger.enable');
  session.post('Debugger.disable');
}
