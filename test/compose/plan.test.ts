import assert from 'node:assert/strict';
import { compose, defineMiddleware, type LayerEntry } from '../../lib/compose.ts';
import { orderOf, pass } from './pass.ts';

import './state-keys.ts';

const orderIn = (...base: LayerEntry[]) => orderOf(compose({ base }));

describe('The order of running', () => {
  it('is that of declaration, the top layer first, when nobody asks for more', () => {
    const stack = compose({
      base: [pass('a'), pass('b')],
      middle: [pass('c'), pass('d')],
      top: [pass('e')],
    });
    assert.deepEqual(orderOf(stack), ['e', 'c', 'd', 'a', 'b']);
  });

  it('puts after and before to work, and moves nobody further than it must', () => {
    assert.deepEqual(
      orderIn(pass('a', { after: ['c'] }), pass('b'), pass('c'), pass('d'), pass('e', { before: ['b'] })),
      ['c', 'a', 'd', 'e', 'b'],
    );
  });

  it('puts those who read a key behind all who write it, in whichever layer', () => {
    const stack = compose({
      base: [pass('low', { writes: ['visitor'] })],
      top: [pass('greet', { reads: ['visitor'] }), pass('high', { writes: ['visitor'], after: ['low'] })],
    });
    assert.deepEqual(orderOf(stack), ['low', 'high', 'greet']);
  });

  it('knows headers: after and before everybody who sets one, whatever the case', () => {
    assert.deepEqual(
      orderIn(
        pass('limit', { after: ['header:access-control-allow-origin'] }),
        pass('last', { headers: ['Vary'], before: ['header:ETAG'] }),
        pass('cors', { headers: ['Access-Control-Allow-Origin', 'Vary'] }),
        pass('etag', { headers: ['ETag'], after: ['header:vary', 'header:link?'] }),
      ),
      ['last', 'cors', 'limit', 'etag'],
    );
  });

  it('takes no notice of an optional name that is not there', () => {
    assert.deepEqual(orderIn(pass('a', { after: ['x?', 'b?'], before: ['y?'] }), pass('b')), ['b', 'a']);
  });

  it('does not depend on requires', () => {
    assert.deepEqual(orderIn(pass('a', { requires: ['b'] }), pass('b')), ['a', 'b']);
  });

  it('gives an override the place of whom it stands in for, and the before and after of both', () => {
    const stack = compose({
      base: [pass('log'), pass('cors', { after: ['id'] }), pass('limit', { after: ['cors'] }), pass('id')],
      top: [pass('user', { after: ['cors'] }), pass('strict-cors', { overrides: 'cors', after: ['log'] })],
    });
    assert.deepEqual(orderOf(stack), ['log', 'id', 'strict-cors', 'user', 'limit']);
  });

  it('lets the highest of several overrides stand, under all their names', () => {
    const stack = compose({
      base: [pass('cors'), pass('limit', { after: ['cors'] })],
      middle: [pass('strict-cors', { overrides: 'cors' })],
      top: [pass('strictest-cors', { overrides: 'cors' }), pass('user', { after: ['strict-cors'] })],
    });
    assert.deepEqual(orderOf(stack), ['strictest-cors', 'user', 'limit']);
    assert.equal(stack.plan[0]?.overrides, 'strict-cors');
  });

  it('tells plain handlers of one name apart', () => {
    const handlers = [1, 2].map(
      () =>
        function json(_req: unknown, _res: unknown, next: () => void) {
          next();
        },
    );
    assert.deepEqual(
      orderIn(...handlers, (_req, _res, next) => next()),
      ['json', 'json#2', 'anonymous'],
    );
  });

  it('is any that the constraints allow under a shuffle, and the same for the same seed', () => {
    const layers = {
      base: [pass('a'), pass('b', { after: ['a'] }), pass('c'), pass('d')],
      top: [pass('e', { after: ['a'] }), pass('f')],
    };
    const orders = Array.from({ length: 50 }, (_, shuffle) => orderOf(compose(layers, { shuffle })));
    for (const order of orders) {
      assert.deepEqual([...order].sort(), ['a', 'b', 'c', 'd', 'e', 'f']);
      assert.ok(order.indexOf('a') < order.indexOf('b') && order.indexOf('a') < order.indexOf('e'));
    }
    assert.ok(new Set(orders.map(String)).size > 20);
    assert.deepEqual(orderOf(compose(layers, { shuffle: 7 })), orders[7]);
  });
});

describe('stack.plan', () => {
  it('says why each stands where it does', () => {
    const stack = compose({
      base: [pass('greet', { reads: ['visitor'], after: ['theme?'] }), pass('cors'), pass('theme')],
      top: [
        pass('session', { writes: ['visitor'], before: ['cors'] }),
        pass('strict-cors', { overrides: 'cors' }),
      ],
    });
    assert.deepEqual(
      stack.plan.map(({ name, because }) => [name, because]),
      [
        ['session', 'number 1 of top'],
        ['strict-cors', 'takes the place of cors (number 2 of base); session asks to run before it'],
        ['theme', 'number 3 of base'],
        ['greet', 'number 1 of base; after theme; reads visitor, which session writes'],
      ],
    );
  });

  it('says in whose place somebody asks to run before another', () => {
    const stack = compose({
      base: [pass('limit'), pass('cors', { before: ['limit'] })],
      top: [pass('strict-cors', { overrides: 'cors' })],
    });
    assert.deepEqual(
      stack.plan.map(({ because }) => because),
      [
        'takes the place of cors (number 2 of base)',
        'number 1 of base; strict-cors, in place of cors, asks to run before it',
      ],
    );
  });

  it('holds what each has declared', () => {
    const session = defineMiddleware({
      name: 'session',
      path: '/api',
      reads: ['tenant'],
      writes: ['visitor'],
      headers: ['Set-Cookie'],
      ends: [401],
      fails: [400],
      handle: (_req, _res, next) => next(),
    });
    const [entry] = compose({ base: [session] }, { given: ['tenant'], reads: ['visitor'] }).plan;
    assert.deepEqual(
      { ...entry, at: undefined },
      {
        name: 'session',
        layer: 'base',
        because: 'number 1 of base',
        path: ['/api'],
        reads: ['tenant'],
        writes: ['visitor'],
        updates: [],
        readsAfter: [],
        headers: ['Set-Cookie'],
        ends: [401],
        fails: [400],
        at: undefined,
      },
    );
  });
});

describe('The layers', () => {
  const refuse = (layers: unknown, message: RegExp) =>
    assert.throws(() => compose(layers as Parameters<typeof compose>[0]), { name: 'TypeError', message });

  it('refuse what is no middleware, and names that JavaScript would sort', () => {
    refuse({ base: 'cors' }, /Layer "base" must be an array/);
    refuse({ base: [pass('a'), 0] }, /Layer "base", entry 2: expected an Express handler/);
    refuse({ base: [pass('a'), [[true]]] }, /Layer "base", entry 2\.1\.1: expected an Express handler/);
    // eslint-disable-next-line no-sparse-arrays -- as it is written by mistake
    refuse({ base: [pass('a'), , pass('b')] }, /Layer "base", entry 2: a hole; there is a comma too many/);
    refuse({ base: [{ name: 'a' }] }, /entry 1/);
    refuse({ 1: [] }, /Layer "1": JavaScript sorts numeric keys/);
  });

  it('take what app.use takes: nested arrays, and nothing in the place of what is not wanted', () => {
    const stack = compose({
      base: [pass('a'), [pass('b'), [[pass('c')], []]], false, null, undefined, [undefined, pass('d')]],
      top: [[pass('e')]],
    });
    assert.deepEqual(orderOf(stack), ['e', 'a', 'b', 'c', 'd']);
    assert.equal(stack.plan[4]?.because, 'number 4 of base');
  });

  it('may be empty', () => {
    assert.deepEqual(orderOf(compose({})), []);
    assert.deepEqual(orderOf(compose({ base: [] })), []);
  });
});

describe('A declaration', () => {
  const refuse = (declaration: object, message: RegExp) =>
    assert.throws(() => defineMiddleware({ name: 'a', handle: () => undefined, ...declaration }), {
      name: 'TypeError',
      message,
    });

  it('is refused where it is written when no stack could take it', () => {
    refuse({ name: '' }, /needs a name/);
    refuse({ name: 'cors?' }, /may not end in "\?"/);
    refuse({ name: 'header:vary' }, /begin with "header:"/);
    refuse({ handle: 'cors' }, /Middleware "a": handle must be a function/);
    refuse({ after: 'cors' }, /after must be an array of names/);
    refuse({ writes: [''] }, /writes must be an array of names/);
    refuse({ updates: 'req.body' }, /updates must be an array of names/);
    refuse(
      { reads: ['req.state.visitor'] },
      /"req\.state\.visitor" cannot be a key: the keys of req\.state are named without it/,
    );
    refuse({ reads: ['req.session.cart?'] }, /must be one name, such as 'req\.user'/);
    refuse({ writes: ['res.locals'] }, /of a response there are 'res\.locals\.…' only/);
    refuse({ writes: ['req.user?'] }, /"req\.user\?" is written, so it is not optional/);
    refuse({ writes: ['x'], updates: ['x'] }, /"x" stands in writes and in updates/);
    refuse({ reads: ['then'] }, /"then" cannot be a state key/);
    refuse({ writes: ['constructor'] }, /"constructor" cannot be a state key/);
    refuse({ headers: ['Not a header'] }, /"Not a header" is not the name of a header/);
    refuse({ ends: [42] }, /ends takes HTTP statuses/);
    refuse({ path: '/users/:id' }, /path must be a plain prefix/);
    refuse({ path: ['/api', 'api'] }, /path must be a plain prefix.*; begin it with "\/"/);
    refuse({ mount: '/users/:id' }, /mount must be a plain prefix/);
    refuse({ mount: /^\/v\d/ }, /not \/\^\\\/v\\d\/\. A pattern or a parameter belongs into a router/);
    refuse({ path: '/a', mount: '/a' }, /write either path or mount/);
    refuse({ fails: [42] }, /fails takes HTTP statuses/);
    refuse({ ends: 429 }, /ends takes an array of HTTP statuses; write ends: \[429\]\./);
    refuse({ fails: '400' }, /fails takes an array of HTTP statuses\./);
  });

  it('cannot be changed afterwards', () => {
    assert.ok(Object.isFrozen(pass('a')));
  });
});
