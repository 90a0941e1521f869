import assert from 'node:assert/strict';
import express from 'express';
import helmet from 'helmet';
import request from 'supertest';
import { compose, type ComposeOptions, declarations, type Layers, wrap } from '../../lib/compose.ts';
import { pass } from './pass.ts';

const LAYERS =
  'compose takes layers by name, the lowest first, such as compose({ base: [cors, session] }), not ';
const FIELDS =
  'The fields are name, path, mount, reads, writes, updates, readsAfter, headers, ends, fails, after, before, requires, overrides, handle, beforeHeaders, afterResponse.';
const OPTIONS =
  'The options are exclusive, reads, given, silence, strict, ambiguousOk, shuffle, onConflict, log, timing, development.';
const READY = "wrap takes a declaration behind the handler, such as { name: 'cors' }, not ";
const LIST = `Ready ones are declarations.${Object.keys(declarations).join(', .')}.`;
const INHERITS =
  'an object that inherits (from a class, by Object.create or by a literal __proto__); write all into one plain object.';

/** Each mistake, with the line that says what to write instead. */
const LINES: Readonly<Record<string, string>> = {
  'nothing as layers': `${LAYERS}undefined.`,
  'null as layers': `${LAYERS}null.`,
  'a number as layers': `${LAYERS}7.`,
  'a handler as layers': `${LAYERS}a function. Put all middleware into a layer: compose({ base: [handler, …] }).`,
  'handlers as layers': `${LAYERS}a function. Put all middleware into a layer: compose({ base: [handler, …] }).`,
  'a declared middleware as layers': `${LAYERS}a middleware. Put all middleware into a layer: compose({ base: [handler, …] }).`,
  'an array as layers': `${LAYERS}an array. Give the array a name: compose({ base: […] }).`,
  'a Map as layers': `${LAYERS}a Map. Write compose(Object.fromEntries(layers)).`,
  'a Promise as layers': `${LAYERS}a Promise. Await it first.`,
  'a literal __proto__ as layers': `${LAYERS}${INHERITS}`,
  'a literal __proto__ as a layer': `${LAYERS}${INHERITS}`,
  'inherited layers': `${LAYERS}${INHERITS}`,
  'a symbol as the name of a layer': 'Layer Symbol(top): the name of a layer is a string.',
  'a handler as a layer':
    'Layer "base" must be an array of middleware, not a function; write base: [handler].',
  'undefined as a layer':
    'Layer "base" must be an array of middleware, not undefined; write base: [] if it has none.',
  'a Set as a layer': 'Layer "base" must be an array of middleware, not a Set; write base: [...base].',
  'an option among the layers':
    'Layer "onConflict" must be an array of middleware, not "error"; options are the second argument: compose(layers, options).',
  'a name as an entry':
    'Layer "base", entry 1: expected an Express handler or what defineMiddleware() returns, not "cors".',
  'a hole among the entries':
    'Layer "base", entry 2: a hole; there is a comma too many before it or behind it.',
  'a definition as an entry':
    'Layer "base", entry 1: expected an Express handler or what defineMiddleware() returns, not an object. Write defineMiddleware({ … }) around it.',
  'a Promise as an entry':
    'Layer "base", entry 1: expected an Express handler or what defineMiddleware() returns, not a Promise. Await it first.',
  'a copy of a middleware with an unknown field': `Middleware "auth": there is no field "paht". Did you mean "path"? ${FIELDS}`,
  'a handler as options':
    'The options of compose are a plain object, such as { strict: true }, not a function. All layers stand in the first argument: compose({ base: [cors], top: [session] }).',
  'null as options': 'The options of compose are a plain object, such as { strict: true }, not null.',
  'inherited options': `The options of compose are a plain object, such as { strict: true }, not ${INHERITS}`,
  'a second object of layers': `compose has no option "top". ${OPTIONS} All layers stand in the first argument: compose({ base: [cors], top: [session] }).`,
  'a misspelled option': `compose has no option "exclusiv". Did you mean "exclusive"? ${OPTIONS}`,
  'an option that is there in another place': `compose has no option "writes". ${OPTIONS}`,
  'onConflict that does not exist': `compose: onConflict takes 'record', 'warn', 'error' (which throws) or a function, not "throw".`,
  'onConflict misspelled': `compose: onConflict takes 'record', 'warn', 'error' (which throws) or a function, not "errors". Did you mean "error"?`,
  'timing that does not exist': "compose: timing takes 'sampled' or 'all', not true.",
  'a third argument of compose':
    'compose takes layers and options, and nothing behind: there is an object. All layers stand in the first argument, all options in the second.',
  'a third argument of wrap':
    "wrap takes a handler and a declaration, and nothing behind: there is an object. To change a declaration, spread it: { ...declarations.cors, path: '/api' }.",
  'a handler behind a definition':
    'defineMiddleware takes one object, and nothing behind: there is a function. Write all into it; the handler is its field handle.',
  'a handler behind a definition of an error handler':
    'defineErrorMiddleware takes one object, and nothing behind: there is a function. Write all into it; the handler is its field handle.',
  'two handlers of a route':
    'stack.handler takes one handler, and nothing behind: there is a function. Write it around each: stack.handler(one), stack.handler(other).',
  'development that is the name of an environment':
    'compose: development takes true or false, not "development".',
  'a log that is a function':
    'compose: log takes a logger with a method warn(details, message), such as console or pino(), not a function.',
  'one key as reads of the stack': "compose: reads must be an array of names; write reads: ['visitor'].",
  'an optional key as given': `compose: "visitor?" in given is one key; write 'visitor'.`,
  'a key of req.state as given': `compose: "req.state.visitor" cannot be a key: the keys of req.state are named without it, such as 'visitor'.`,
  'an array as exclusive':
    "compose: exclusive takes groups of keys by name, such as { identity: ['user', 'apiKey'] }, not an array.",
  'one key as an exclusive group':
    "compose: exclusive: identity must be an array of names; write identity: ['visitor'].",
  'one pair as ambiguousOk':
    "compose: ambiguousOk takes an array of pairs of names, such as [['cors', 'session']]; write [['auth', 'cors']].",
  'names as ambiguousOk':
    "compose: ambiguousOk takes an array of pairs of names, such as [['cors', 'session']].",
  'text as shuffle': 'compose: shuffle takes a number as its seed, not "7".',
  'no definition':
    "defineMiddleware takes one plain object, such as defineMiddleware({ name: 'cors', handle }), not undefined.",
  'a handler as a definition':
    "defineMiddleware takes one plain object, such as defineMiddleware({ name: 'cors', handle }), not a function. Around a handler write wrap(handler, { name: 'cors' }).",
  'no definition of an error handler':
    "defineErrorMiddleware takes one plain object, such as defineErrorMiddleware({ name: 'cors', handle }), not undefined.",
  'a name that is a number': `A middleware needs a name, such as 'rate-limit'; it may not end in "?" or begin with "header:". It is 7.`,
  'no handle': 'Middleware "auth": handle must be a function (req, res, next), not undefined.',
  'no handle of an error handler':
    'Middleware "auth": handle must be a function (req, res, next), not undefined.',
  'an error handler that is declared as another':
    'Middleware "auth": handle has four parameters, so it would run on errors only; write defineErrorMiddleware, or take one away.',
  'a misspelled field': `Middleware "auth": there is no field "read". Did you mean "reads"? ${FIELDS}`,
  'a misspelled field of an error handler': `Middleware "auth": there is no field "write". Did you mean "writes"? ${FIELDS}`,
  'an option as a field': `Middleware "auth": there is no field "onConflict". ${FIELDS}`,
  'a field that is inherited': `defineMiddleware takes one plain object, such as defineMiddleware({ name: 'cors', handle }), not ${INHERITS}`,
  'one name in a list': `Middleware "auth": after must be an array of names; write after: ['cors'].`,
  'a Set as a list': 'Middleware "auth": reads must be an array of names, not a Set.',
  'a hole in a list':
    'Middleware "auth": reads must be an array of names; number 2 is a hole: there is a comma too many.',
  'undefined in a list': 'Middleware "auth": before must be an array of names; number 1 is undefined.',
  'null as a list': 'Middleware "auth": writes must be an array of names, not null.',
  'overrides that is a list': `Middleware "auth": overrides takes the name of one middleware, such as 'cors', not an array.`,
  'a hook that is no function': 'Middleware "auth": beforeHeaders must be a function (req, res), not "Vary".',
  'a hook with a next':
    'Middleware "auth": afterResponse takes (req, res): there is no next on the way back.',
  'an async beforeHeaders':
    'Middleware "auth": beforeHeaders is synchronous, since headers wait for no promise: do in handle what takes its time.',
  'a misspelled hook': `Middleware "auth": there is no field "beforeHeader". Did you mean "beforeHeaders"? ${FIELDS}`,
  'an optional key as readsAfter': `Middleware "auth": "visitor?" in readsAfter may be missing anyway; write 'visitor'.`,
  'a key in reads and in readsAfter':
    'Middleware "auth": "visitor" stands in reads and in readsAfter: what it reads on the way in it may read on the way back as well.',
  'a path that is empty':
    'Middleware "auth": path is empty, so it would never run; leave path out if it runs on every request.',
  'a path that is null': `Middleware "auth": path must be a plain prefix, such as '/api', not null. A pattern or a parameter belongs into a router that stands in the layer.`,
  'a status alone': 'Middleware "auth": ends takes an array of HTTP statuses; write ends: [429].',
  'a status as text': 'Middleware "auth": fails takes HTTP statuses, such as [429], not "400".',
  'nothing to wrap':
    'wrap takes an Express handler, such as wrap(helmet(), declarations.helmet), not undefined.',
  'a wrap without a declaration': `${READY}undefined. ${LIST}`,
  'a ready declaration that is misspelled': `${READY}undefined. Did you mean declarations.helmet? ${LIST}`,
  'a ready declaration that does not exist': `${READY}undefined. Did you mean declarations.cors? ${LIST}`,
  'a declaration by its name': `${READY}"helmt". Did you mean declarations.helmet? ${LIST}`,
  'a declaration before its handler':
    'wrap takes an Express handler, such as wrap(helmet(), declarations.helmet), not an object. The handler comes first: wrap(handler, declaration).',
  'handlers to wrap':
    'wrap takes an Express handler, such as wrap(helmet(), declarations.helmet), not an array.',
  'a declaration with a handler in it':
    'wrap takes the handler as its first argument: take handle out of the declaration.',
  'a misspelled field of a wrap': `Middleware "helmet": there is no field "overides". Did you mean "overrides"? ${FIELDS}`,
};

/** Some of the same mistakes as the compiler lets them through: behind a cast, or in a value of a wider type. */
const CAST: Readonly<Record<string, () => unknown>> = {
  'nothing as layers': () => (compose as () => unknown)(),
  'null as layers': () => compose(null as unknown as Layers),
  'a handler as layers': () => compose(helmet() as unknown as Layers),
  'a declared middleware as layers': () => compose(pass('auth') as unknown as Layers),
  'an array as layers': () => compose([pass('auth')] as unknown as Layers),
  'a Map as layers': () => compose(new Map([['base', [pass('auth')]]]) as unknown as Layers),
  'a Promise as layers': () => compose(Promise.resolve({}) as unknown as Layers),
  'inherited layers': () => compose(Object.create({ base: [pass('auth')] }) as Layers),
  'a handler as a layer': () => compose({ base: helmet() as never }),
  'a Set as a layer': () => compose({ base: new Set() as never }),
  'a second object of layers': () => compose({}, { top: [pass('auth')] } as ComposeOptions),
  'a misspelled option': () => compose({}, { exclusiv: {} } as ComposeOptions),
  'onConflict that does not exist': () => compose({}, { onConflict: 'throw' as 'error' }),
  'one key as reads of the stack': () => compose({}, { reads: 'visitor' as never }),
  'one pair as ambiguousOk': () => compose({}, { ambiguousOk: ['auth', 'cors'] as never }),
  'a misspelled field': () => pass('auth', { read: ['visitor'] } as object),
  'a copy of a middleware with an unknown field': () =>
    compose({ base: [{ ...pass('auth'), ...{ paht: '/api' } }] }),
  'overrides that is a list': () => pass('auth', { overrides: ['cors'] as never }),
  'a path that is empty': () => pass('auth', { path: [] }),
  'a status alone': () => pass('auth', { ends: 429 as never }),
  'nothing to wrap': () => (wrap as () => unknown)(),
  'a ready declaration that is misspelled': () =>
    wrap(helmet(), (declarations as unknown as Record<string, { name: string }>).helmt!),
};

describe('A mistake in what compose, wrap and defineMiddleware are given', () => {
  let mistakes: Readonly<Record<string, () => unknown>>;

  before(async () => {
    const file = new URL('fixtures/mistakes.js', import.meta.url).href;
    ({ mistakes } = (await import(file)) as { mistakes: typeof LINES & typeof CAST });
  });

  for (const [what, line] of Object.entries(LINES)) {
    it(`is refused with one line that says what to write: ${what}`, () => {
      for (const make of [mistakes[what], CAST[what] ?? mistakes[what]]) {
        assert.throws(make!, { name: 'TypeError', message: line });
      }
    });
  }

  it('has a line here for each of the mistakes, in JavaScript and behind a cast', () => {
    assert.deepEqual(Object.keys(mistakes), Object.keys(LINES));
    assert.deepEqual(
      Object.keys(CAST).filter((what) => LINES[what] === undefined),
      [],
    );
  });
});

describe('What is right, though it is unusual', () => {
  it('is taken: layers without a prototype, options that are undefined, an own layer named __proto__', () => {
    const layers = Object.assign(Object.create(null) as object, { base: [pass('a')] });
    assert.equal(compose(layers as Layers).plan.length, 1);
    const options = { log: undefined, strict: undefined } as unknown as ComposeOptions;
    assert.equal(compose({ base: [pass('a')] }, options).plan.length, 1);
    assert.equal(compose({ ['__proto__']: [pass('a')] }).plan.length, 1);
    assert.equal(
      compose({ base: [] }, { onConflict: () => 'error', log: console, shuffle: 7 }).plan.length,
      0,
    );
  });

  it('is taken: a right copy of a declared middleware, and a handler that is declared as another one', async () => {
    const deny = pass('deny', {}, (_req, res) => void res.sendStatus(403));
    const again = wrap((_req, res) => void res.sendStatus(410), deny);
    const app = express().use(
      compose({
        base: [
          { ...deny, path: '/api' },
          { ...again, name: 'gone' },
        ],
      }),
    );
    await request(app).get('/api').expect(403);
    await request(app).get('/').expect(410);
  });
});
