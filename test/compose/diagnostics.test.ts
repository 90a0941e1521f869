import assert from 'node:assert/strict';
import express from 'express';
import {
  compose,
  type ComposeOptions,
  type Diagnostic,
  formatDiagnostic,
  type Layers,
  StackError,
  wrap,
} from '../../lib/compose.ts';
import { type DiagnosticId, DIAGNOSTICS } from '../../lib/compose/diagnose/diagnostic.ts';
import { express4 } from '../express-messages/express-versions.ts';
import { twoOfOneKey } from './fixtures/two-of-one-key.ts';
import { onError, pass } from './pass.ts';

interface Stack {
  readonly layers: Layers;
  readonly options?: Record<string, unknown>;
}

interface Case {
  readonly id: DiagnosticId;
  readonly what: string;
  /** Gives this one diagnostic. */
  readonly bad: Stack;
  /** Gives none: the hint followed, or the neighboring case that is right. */
  readonly good: Stack;
  readonly middlewares: readonly string[];
  /** By default `middlewares`. */
  readonly places?: readonly string[];
  readonly key?: string;
  readonly message: RegExp;
}

const reads = (...keys: string[]) => ({ reads: keys });

const CASES: readonly Case[] = [
  {
    id: 'S101',
    what: 'a cycle',
    bad: {
      layers: {
        base: [pass('a', { after: ['c'] }), pass('b', { after: ['a'] }), pass('c', { after: ['b'] })],
      },
    },
    good: { layers: { base: [pass('a'), pass('b', { after: ['a'] }), pass('c', { after: ['b'] })] } },
    middlewares: ['a', 'b', 'c'],
    message: /a → b → c → a/,
  },
  {
    id: 'S101',
    what: 'two that read and write one key',
    bad: {
      layers: {
        base: [pass('a', { reads: ['x'], writes: ['x'] })],
        top: [pass('b', { reads: ['x'], writes: ['x'] })],
      },
    },
    good: {
      layers: { base: [pass('a', { writes: ['x'] })], top: [pass('b', { reads: ['x'], writes: ['x'] })] },
      options: reads('x'),
    },
    middlewares: ['b', 'a'],
    message: /b → a → b/,
  },
  {
    id: 'S102',
    what: 'a name in after that nobody has',
    bad: { layers: { base: [pass('cors'), pass('limit', { after: ['corps'] })] } },
    good: { layers: { base: [pass('cors'), pass('limit', { after: ['cors', 'corps?'] })] } },
    middlewares: ['limit'],
    message: /limit \(base\) names "corps" in after/,
  },
  {
    id: 'S102',
    what: 'a name in before that nobody has',
    bad: { layers: { base: [pass('limit', { before: ['body'] })] } },
    good: { layers: { base: [pass('limit', { before: ['body?'] })] } },
    middlewares: ['limit'],
    message: /"body" in before/,
  },
  {
    id: 'S102',
    what: 'a name in requires that nobody has',
    bad: { layers: { base: [pass('limit', { requires: ['body'] })] } },
    good: { layers: { base: [pass('limit', { requires: ['body'] }), pass('body')] } },
    middlewares: ['limit'],
    message: /"body" in requires/,
  },
  {
    id: 'S102',
    what: 'a header that nobody sets',
    bad: { layers: { base: [pass('limit', { after: ['header:Vary'] })] } },
    good: {
      layers: { base: [pass('cors', { headers: ['vary'] }), pass('limit', { after: ['header:Vary'] })] },
    },
    middlewares: ['limit'],
    key: 'Vary',
    message: /"header:Vary" in after/,
  },
  {
    id: 'S103',
    what: 'an override of nobody',
    bad: { layers: { base: [pass('cors')], top: [pass('strict-cors', { overrides: 'crs' })] } },
    good: { layers: { base: [pass('cors')], top: [pass('strict-cors', { overrides: 'cors' })] } },
    middlewares: ['strict-cors'],
    message: /overrides "crs"/,
  },
  {
    id: 'S104',
    what: 'a read that nobody writes',
    bad: { layers: { base: [pass('greet', { reads: ['visitor'] })] } },
    good: {
      layers: { base: [pass('greet', { reads: ['visitor'] }), pass('session', { writes: ['visitor'] })] },
    },
    middlewares: ['greet'],
    key: 'visitor',
    message: /greet \(base\) reads "visitor", which nobody writes/,
  },
  {
    id: 'S104',
    what: 'a read that the host has to satisfy',
    bad: { layers: { base: [pass('greet', { reads: ['visitor'] })] } },
    good: { layers: { base: [pass('greet', { reads: ['visitor'] })] }, options: { given: ['visitor'] } },
    middlewares: ['greet'],
    key: 'visitor',
    message: /visitor/,
  },
  {
    id: 'S104',
    what: 'a key of the request that nobody writes',
    bad: {
      layers: { base: [pass('greet', { reads: ['req.usr'] }), pass('login', { writes: ['req.user'] })] },
    },
    good: {
      layers: {
        base: [
          pass('greet', { reads: ['req.user', 'req.flash?', 'visitor?'] }),
          pass('login', { updates: ['req.user'] }),
        ],
      },
    },
    middlewares: ['greet'],
    key: 'req.usr',
    message: /greet \(base\) reads "req\.usr", which nobody writes/,
  },
  {
    id: 'S105',
    what: 'two that write one key of the request, and not for two that update it',
    bad: {
      layers: { base: [pass('jwt', { writes: ['req.user'] }), pass('passport', { writes: ['req.user'] })] },
    },
    good: {
      layers: {
        base: [pass('json', { updates: ['req.body'] }), pass('urlencoded', { updates: ['req.body'] })],
      },
    },
    middlewares: ['jwt', 'passport'],
    key: 'req.user',
    message: /both write "req\.user"/,
  },
  {
    id: 'S105',
    what: 'two writers of one key in one layer',
    bad: {
      layers: { base: [pass('a', { writes: ['x'] }), pass('b', { writes: ['x'] })] },
      options: reads('x'),
    },
    good: {
      layers: { base: [pass('a', { writes: ['x'], path: '/a' }), pass('b', { writes: ['x'], path: '/b' })] },
      options: reads('x'),
    },
    middlewares: ['a', 'b'],
    key: 'x',
    message: /a \(base\) and b \(base\) both write "x"/,
  },
  {
    id: 'S106',
    what: 'an exclusive group claimed twice in one layer',
    bad: {
      layers: { base: [pass('a', { writes: ['x'] }), pass('b', { writes: ['y'] })] },
      options: { ...reads('x', 'y'), exclusive: { identity: ['x', 'y'] } },
    },
    good: {
      layers: { base: [pass('a', { writes: ['x'] })], top: [pass('b', { writes: ['y'] })] },
      options: { ...reads('x', 'y'), exclusive: { identity: ['x', 'y'] } },
    },
    middlewares: ['a', 'b'],
    key: 'identity',
    message: /"identity" is claimed twice in the layer "base"/,
  },
  {
    id: 'S107',
    what: 'a name given twice',
    bad: { layers: { base: [pass('cors')], top: [pass('cors')] } },
    good: { layers: { base: [pass('cors')], top: [pass('cors', { overrides: 'cors' })] } },
    middlewares: ['cors'],
    places: ['cors', 'cors'],
    message: /cors \(top\) has the name of another: cors \(base\)/,
  },
  {
    id: 'S108',
    what: 'an override that leaves a reader without its writer',
    bad: {
      layers: {
        base: [pass('session', { writes: ['visitor'] }), pass('greet', { reads: ['visitor'] })],
        top: [pass('sso', { overrides: 'session' })],
      },
    },
    good: {
      layers: {
        base: [pass('session', { writes: ['visitor'] }), pass('greet', { reads: ['visitor'] })],
        top: [pass('sso', { overrides: 'session', writes: ['visitor'] })],
      },
    },
    middlewares: ['sso', 'session', 'greet'],
    key: 'visitor',
    message: /sso \(top\) stands in for session \(base\), but doesn't write "visitor"/,
  },
  {
    id: 'S109',
    what: 'two overrides of one name in one layer',
    bad: {
      layers: {
        base: [pass('cors')],
        top: [pass('a', { overrides: 'cors' }), pass('b', { overrides: 'cors' })],
      },
    },
    good: {
      layers: {
        base: [pass('cors')],
        middle: [pass('a', { overrides: 'cors' })],
        top: [pass('b', { overrides: 'cors' })],
      },
    },
    middlewares: ['b', 'a'],
    message: /both override "cors", in one layer/,
  },
  {
    id: 'S109',
    what: 'an override within a layer',
    bad: { layers: { base: [pass('cors'), pass('a', { overrides: 'cors' })] } },
    good: { layers: { base: [pass('cors')], top: [pass('a', { overrides: 'cors' })] } },
    middlewares: ['a', 'cors'],
    message: /stands in the same layer/,
  },
  {
    id: 'S109',
    what: 'an override of a higher layer',
    bad: { layers: { base: [pass('a', { overrides: 'cors' })], top: [pass('cors')] } },
    good: { layers: { base: [pass('cors')], top: [pass('a', { overrides: 'cors' })] } },
    middlewares: ['a', 'cors'],
    message: /stands in a layer that is no lower/,
  },
  {
    id: 'S110',
    what: 'one header set twice in one layer',
    bad: {
      layers: {
        base: [pass('a', { headers: ['Cache-Control'] }), pass('b', { headers: ['cache-control', 'Vary'] })],
      },
    },
    good: { layers: { base: [pass('a', { headers: ['Vary'] }), pass('b', { headers: ['Vary', 'ETag'] })] } },
    middlewares: ['a', 'b'],
    key: 'Cache-Control',
    message: /both set Cache-Control/,
  },
  {
    id: 'S201',
    what: 'an ambiguous order',
    bad: {
      layers: { base: [pass('a', { writes: ['x'] })], top: [pass('b', { writes: ['x'] })] },
      options: reads('x'),
    },
    good: {
      layers: { base: [pass('a', { writes: ['x'] })], top: [pass('b', { writes: ['x'], after: ['a'] })] },
      options: reads('x'),
    },
    middlewares: ['b', 'a'],
    key: 'x',
    message: /nothing says who runs first/,
  },
  {
    id: 'S202',
    what: 'a key written and never read',
    bad: { layers: { base: [pass('session', { writes: ['visitor'] })] } },
    good: { layers: { base: [pass('session', { writes: ['visitor'] })] }, options: reads('visitor') },
    middlewares: ['session'],
    key: 'visitor',
    message: /session \(base\) writes "visitor", which nobody reads/,
  },
  {
    id: 'S203',
    what: 'a declared read of a losing key',
    bad: {
      layers: {
        base: [pass('key', { writes: ['x'] }), pass('use', { reads: ['x'] })],
        top: [pass('cookie', { writes: ['y'] })],
      },
      options: { ...reads('y'), exclusive: { identity: ['x', 'y'] } },
    },
    good: {
      layers: {
        base: [pass('key', { writes: ['x'] }), pass('use', { reads: ['y'] })],
        top: [pass('cookie', { writes: ['y'] })],
      },
      options: { exclusive: { identity: ['x', 'y'] } },
    },
    middlewares: ['use', 'cookie'],
    key: 'x',
    message: /use \(base\) reads "x", which is always undefined/,
  },
  {
    id: 'S203',
    what: 'a read of a losing key that the host writes',
    bad: {
      layers: { base: [pass('use', { reads: ['x'] })], top: [pass('cookie', { writes: ['y'] })] },
      options: { ...reads('y'), given: ['x'], exclusive: { identity: ['x', 'y'] } },
    },
    good: {
      layers: { base: [pass('use', { reads: ['x'] })], top: [pass('cookie', { writes: ['y'] })] },
      options: { ...reads('y'), given: ['x'] },
    },
    middlewares: ['use', 'cookie'],
    key: 'x',
    message: /use \(base\) reads "x", which is always undefined/,
  },
  {
    id: 'S203',
    what: 'a read of a key of the request that loses its group',
    bad: {
      layers: {
        base: [pass('basic', { writes: ['req.user'] }), pass('greet', { reads: ['req.user'] })],
        top: [pass('cookie', { writes: ['visitor'] })],
      },
      options: { ...reads('visitor'), exclusive: { identity: ['req.user', 'visitor'] } },
    },
    good: {
      layers: {
        base: [pass('basic', { writes: ['req.user'] }), pass('greet', { reads: ['visitor'] })],
        top: [pass('cookie', { updates: ['visitor'] })],
      },
      options: { exclusive: { identity: ['req.user', 'visitor'] } },
    },
    middlewares: ['greet', 'cookie'],
    key: 'req.user',
    message:
      /reads "req\.user", which does not count: cookie \(top\) claims the group "identity" with "visitor"/,
  },
  {
    id: 'S204',
    what: "a lower layer that overwrites a higher layer's header",
    bad: {
      layers: {
        base: [pass('cors', { headers: ['Access-Control-Allow-Origin', 'Vary'] })],
        top: [pass('strict-cors', { headers: ['access-control-allow-origin', 'vary'] })],
      },
    },
    good: {
      layers: {
        base: [pass('cors', { headers: ['Access-Control-Allow-Origin'] })],
        top: [pass('strict-cors', { headers: ['Access-Control-Allow-Origin'], after: ['cors'] })],
      },
    },
    middlewares: ['cors', 'strict-cors'],
    key: 'Access-Control-Allow-Origin',
    message: /the lower layer has the last word/,
  },
  {
    id: 'S205',
    what: 'headers behind one that can end the response',
    bad: {
      layers: {
        base: [pass('limit', { ends: [429] }), pass('cors', { headers: ['Access-Control-Allow-Origin'] })],
      },
    },
    good: {
      layers: {
        base: [
          pass('limit', { ends: [429] }),
          pass('cors', { headers: ['Access-Control-Allow-Origin'], before: ['limit'] }),
          // A header of one answer need not be on another.
          pass('etag', { headers: ['ETag'] }),
        ],
      },
    },
    middlewares: ['cors', 'limit'],
    key: 'Access-Control-Allow-Origin',
    message: /can end the response: limit \(base\) with 429/,
  },
  {
    id: 'S205',
    what: 'an answer of another kind than that to a preflight',
    bad: {
      layers: {
        base: [
          pass('cors', { headers: ['Access-Control-Allow-Origin'], ends: [204, 403] }),
          pass('compression', { headers: ['Vary'] }),
        ],
      },
    },
    good: {
      layers: {
        base: [
          pass('cors', { headers: ['Access-Control-Allow-Origin'], ends: [204] }),
          pass('compression', { headers: ['Vary'] }),
        ],
      },
    },
    middlewares: ['compression', 'cors'],
    key: 'Vary',
    message: /cors \(base\) with 403\./,
  },
  {
    id: 'S206',
    what: 'a header that is set again on a narrower path',
    bad: {
      layers: {
        base: [
          pass('no-store', { headers: ['Cache-Control'] }),
          pass('cache-assets', { path: '/assets', headers: ['Cache-Control'] }),
        ],
      },
    },
    good: {
      layers: {
        base: [
          pass('no-store', { path: '/api', headers: ['Cache-Control'] }),
          pass('cache-assets', { path: '/assets', headers: ['Cache-Control'] }),
        ],
      },
    },
    middlewares: ['no-store', 'cache-assets'],
    key: 'Cache-Control',
    message: /meet on some requests: the last to run wins/,
  },
  {
    id: 'S206',
    what: 'a limiter within another',
    bad: {
      layers: {
        base: [
          pass('per-day', { headers: ['RateLimit', 'Retry-After'], ends: [429] }),
          pass('per-second', { headers: ['RateLimit', 'Retry-After'], ends: [429] }),
        ],
      },
    },
    good: {
      layers: {
        base: [pass('per-day', { headers: ['RateLimit'], ends: [429] }), pass('b', { ends: [429] })],
      },
    },
    middlewares: ['per-day', 'per-second'],
    key: 'RateLimit, Retry-After',
    message: /both set RateLimit, Retry-After/,
  },
  {
    id: 'S207',
    what: 'headers behind one that can fail the request',
    bad: {
      layers: {
        base: [
          pass('json', { fails: [400, 413] }),
          pass('cors', { headers: ['Access-Control-Allow-Origin', 'ETag'] }),
        ],
      },
    },
    good: {
      layers: {
        base: [
          pass('cors', { headers: ['Access-Control-Allow-Origin'] }),
          pass('json', { fails: [400, 413] }),
          pass('etag', { headers: ['ETag'] }),
          onError('failed', { headers: ['X-Failure'] }),
        ],
      },
    },
    middlewares: ['cors', 'json'],
    key: 'Access-Control-Allow-Origin',
    message: /can fail the request: json \(base\) with 400, 413/,
  },
  {
    id: 'S208',
    what: 'a router below a path',
    bad: { layers: { base: [wrap(express.Router(), { name: 'v1', path: '/v1' })] } },
    good: {
      layers: {
        base: [
          wrap(express.Router(), { name: 'v1', mount: '/v1' }),
          wrap(express.Router(), { name: 'all', path: '/' }),
        ],
      },
    },
    middlewares: ['v1'],
    key: '/v1',
    message: /v1 \(base\) is a router below the path '\/v1', which stays in req\.url/,
  },
  {
    id: 'S208',
    what: 'an app of Express 4 below two paths',
    bad: {
      layers: { base: [wrap(express4(), { name: 'v1', path: ['/v1', '/v2'] })] },
    },
    good: {
      layers: {
        base: [wrap(express4(), { name: 'v1', mount: ['/v1', '/v2'] })],
      },
    },
    middlewares: ['v1'],
    key: '/v1, /v2',
    message: /a route '\/users' of it is not found at '\/v1\/users'/,
  },
  {
    id: 'S209',
    what: 'a lower layer that writes a key of the request after a higher one has',
    bad: {
      layers: {
        base: [pass('session-user', { writes: ['req.user'] })],
        top: [pass('api-key', { writes: ['req.user'], before: ['session-user'] })],
      },
    },
    good: {
      layers: {
        base: [pass('session-user', { writes: ['req.user'] }), pass('theme', { writes: ['theme'] })],
        top: [
          pass('api-key', { writes: ['req.user'], after: ['session-user'] }),
          // A key of req.state is kept for the higher layer, whoever runs last.
          pass('high-theme', { writes: ['theme'], before: ['theme'] }),
        ],
      },
      options: reads('theme'),
    },
    middlewares: ['session-user', 'api-key'],
    key: 'req.user',
    message: /session-user \(base\) writes "req\.user" after api-key \(top\) has/,
  },
  {
    id: 'S210',
    what: 'an error handler of a higher layer, which runs first',
    bad: { layers: { base: [pass('greet')], top: [onError('failed')] } },
    good: { layers: { base: [pass('greet')], top: [onError('failed', { after: ['greet'] })] } },
    middlewares: ['failed'],
    message: /failed \(top\) handles the errors of what runs before it, and nothing does/,
  },
  {
    id: 'S210',
    what: 'an error handler behind others on other paths, and behind another error handler',
    bad: {
      layers: {
        base: [
          pass('api', { path: '/api' }),
          onError('failed', { path: '/api' }),
          onError('page', { mount: '/app' }),
        ],
      },
    },
    good: {
      layers: {
        base: [pass('api', { path: '/api' }), onError('failed'), onError('page', { mount: '/api/v1' })],
      },
    },
    middlewares: ['page'],
    message: /page \(base\) handles the errors of what runs before it/,
  },
];

/** Everything that is found, whether `compose` throws or not. */
function diagnose({ layers, options }: Stack): readonly Diagnostic[] {
  try {
    return compose(layers, options as ComposeOptions).diagnostics;
  } catch (error) {
    assert.ok(error instanceof StackError, String(error));
    return error.diagnostics;
  }
}

describe('The diagnostics of a stack', () => {
  for (const { id, what, bad, good, middlewares, places, key, message } of CASES) {
    it(`${id} is given for ${what}, and not for the neighboring case that is right`, () => {
      const found = diagnose(bad);
      assert.deepEqual(
        found.map((diagnostic) => diagnostic.id),
        [id],
      );
      const [diagnostic] = found;
      assert.equal(diagnostic?.level, DIAGNOSTICS[id].level);
      assert.match(diagnostic.message, message);
      assert.notEqual(diagnostic.hint, '');
      assert.deepEqual(diagnostic.middlewares, middlewares);
      assert.equal(diagnostic.middleware, middlewares[0]);
      assert.equal(diagnostic.key, key);
      assert.match(diagnostic.at, /\.ts:\d+$/);
      assert.deepEqual(
        diagnostic.places.map(({ name }) => name),
        places ?? middlewares,
      );
      assert.equal(diagnostic.places[0]?.at, diagnostic.at);
      assert.deepEqual(diagnose(good), []);
    });
  }

  it('have a case here for each id, but those of routes', () => {
    // compose-routes.test.ts has these.
    const ids = Object.keys(DIAGNOSTICS).filter((id) => !/^S[12]2\d$/.test(id));
    assert.deepEqual([...new Set(CASES.map(({ id }) => id))].sort(), ids.sort());
  });

  it('are all found in one go, and thrown as one error that a person can read', () => {
    const layers = {
      base: [pass('a', { after: ['b'] }), pass('b', { after: ['a'], reads: ['x'] }), pass('a')],
      top: [pass('c', { overrides: 'd', requires: ['e'], writes: ['y'] })],
    };
    assert.throws(
      () => compose(layers),
      (error: unknown) => {
        assert.ok(error instanceof StackError);
        assert.equal(error.code, 'stack_invalid');
        assert.deepEqual(
          error.diagnostics.map(({ id }) => id),
          ['S101', 'S102', 'S103', 'S104', 'S107', 'S202'],
        );
        assert.match(error.message, /^The stack has 5 errors\.\n\n/);
        assert.match(
          error.message,
          / {2}error S104 \(unmet read\): b \(base\) reads "x", which nobody writes\.\n {4}at test\/compose\/pass\.ts:\d+\n {4}hint: /,
        );
        assert.doesNotMatch(error.message, /S202/);
        return true;
      },
    );
  });

  it('say where each reason of a cycle comes from', () => {
    const [cycle] = diagnose({
      layers: {
        base: [pass('a', { writes: ['x'], after: ['c'] }), pass('b', { reads: ['x'] }), pass('c')],
        top: [pass('d', { after: ['b'], before: ['c'] })],
      },
    });
    assert.equal(
      cycle?.hint,
      [
        'One of these must go:',
        "d runs before c: d (top) has before: ['c']",
        "c runs before a: a (base) has after: ['c']",
        "a runs before b: b (base) has reads: ['x'], which a writes",
        "b runs before d: d (top) has after: ['b']",
      ].join('\n'),
    );
  });

  it('report one cycle for each knot, a shortest one', () => {
    const found = diagnose({
      layers: {
        base: [
          pass('a', { after: ['b', 'c'] }),
          pass('b', { after: ['a'] }),
          pass('c', { after: ['b'] }),
          pass('x', { after: ['y'] }),
          pass('y', { after: ['x', 'a'] }),
          pass('self', { after: ['self'] }),
        ],
      },
    });
    assert.deepEqual(
      found.map(({ message }) => message),
      ['A cycle: a → b → a.', 'A cycle: x → y → x.', 'A cycle: self → self.'],
    );
  });

  it('hint at what fits the case: another layer, another name, or an override', () => {
    const hint = (layers: Layers) => diagnose({ layers })[0]?.hint ?? '';
    const overriding = (name: string) => pass(name, { overrides: 'cors' });
    assert.match(hint({ base: [pass('cors')], top: [pass('cors')] }), /write overrides: 'cors'; otherwise/);
    assert.equal(hint({ base: [pass('cors'), pass('cors')] }), 'Give one of them another name.');
    assert.match(
      hint({ base: [pass('cors'), overriding('a')] }),
      /Take "cors" out of the layer "base", or move a/,
    );
    assert.match(
      hint({ base: [pass('cors')], top: [overriding('a'), overriding('b')] }),
      /^Keep one of them/,
    );
    assert.match(hint({ base: [overriding('a')], top: [pass('cors')] }), /Move a to a layer above it/);
    assert.match(hint({ base: [pass('a', { requires: ['cors'] })] }), /Add it to a layer, or take it out/);
  });

  it('suggest the name that was probably meant', () => {
    const [missing] = diagnose({
      layers: { base: [pass('rate-limit'), pass('a', { after: ['rate-limits'] })] },
    });
    assert.match(missing?.hint ?? '', /^Did you mean "rate-limit"\? /);
    const [far] = diagnose({ layers: { base: [pass('rate-limit'), pass('a', { after: ['session'] })] } });
    assert.doesNotMatch(far?.hint ?? '', /Did you mean/);
  });

  it('can be silenced by id when they are warnings, and only then', () => {
    const layers = { base: [pass('session', { writes: ['visitor'] })] };
    assert.deepEqual(compose(layers, { silence: ['S202'] }).diagnostics, []);
    assert.throws(() => compose(layers, { silence: ['S105' as 'S202'] }), /S105 .* cannot be silenced/);
    assert.throws(() => compose(layers, { silence: ['S999' as 'S202'] }), /no diagnostic "S999"/);
  });

  it('are errors when strict names them, or says all, thrown together with the others', () => {
    const layers = {
      base: [pass('limit', { ends: [429] }), pass('cors', { headers: ['Access-Control-Allow-Origin'] })],
      top: [pass('session', { writes: ['visitor'] })],
    };
    const levels = (stack: Stack) => diagnose(stack).map(({ id, level }) => `${level} ${id}`);
    assert.deepEqual(levels({ layers }), ['warning S202', 'warning S205']);
    assert.deepEqual(levels({ layers, options: { strict: false } }), ['warning S202', 'warning S205']);
    assert.deepEqual(levels({ layers, options: { strict: ['S205'] } }), ['error S205', 'warning S202']);
    assert.deepEqual(levels({ layers, options: { strict: true } }), ['error S202', 'error S205']);
    const options = { strict: true, silence: ['S202'] } as const;
    assert.deepEqual(levels({ layers, options }), ['error S205']);
    assert.throws(() => compose(layers, options), StackError);
    const broken = { ...layers, upper: [pass('late', { after: ['nobody'] })] };
    assert.throws(
      () => compose(broken, { strict: ['S205'] }),
      (error: unknown) => {
        assert.ok(error instanceof StackError);
        assert.match(error.message, /^The stack has 2 errors\./);
        assert.match(error.message, /error S102 [^]*error S205 \(headers behind an early end\): cors/);
        assert.doesNotMatch(error.message, /S202/);
        return true;
      },
    );
    assert.deepEqual(compose({ base: [pass('a')] }, { strict: true }).diagnostics, []);
  });

  it('cannot be raised when there is no such id, or it is an error, or it is silenced as well', () => {
    const refused = (options: object, message: RegExp) =>
      assert.throws(() => compose({ base: [] }, options), { name: 'TypeError', message });
    refused({ strict: ['S204', 's205'] }, /^strict: there is no diagnostic "s205"\. Did you mean "S205"\? /);
    refused({ strict: ['S999'] }, /^strict: there is no diagnostic "S999"\. The warnings are S201, S202, /);
    refused({ strict: ['S307'] }, /^strict: there is no diagnostic "S307"\./);
    refused({ strict: ['toString'] }, /^strict: there is no diagnostic "toString"\./);
    refused({ strict: [205] }, /^strict: there is no diagnostic 205\./);
    refused({ strict: 'S205' }, /^strict takes an array of ids, such as \['S205'\], not "S205"\./);
    refused({ strict: ['S105'] }, /^strict: S105 \(two writers in one layer\) is an error, which need not/);
    refused({ silence: ['S20'] }, /^silence: there is no diagnostic "S20"\. Did you mean "S201"\? /);
    refused({ silence: 'S205' }, /^silence takes an array/);
    refused(
      { silence: ['S202', 'S205'], strict: ['S201', 'S205'] },
      /^S205 stands in both silence and strict: take it out of one of them\.$/,
    );
  });

  it('name the place of each middleware concerned, with file and line, in every printed form', () => {
    const site = (line: number) => `test/compose/fixtures/two-of-one-key.ts:${line}`;
    const [found, ...others] = diagnose({ layers: { base: twoOfOneKey }, options: reads('x') });
    assert.deepEqual(others, []);
    assert.deepEqual(found?.places, [
      { name: 'first', at: site(3) },
      { name: 'second', at: site(4) },
    ]);
    assert.equal(found.at, site(3));
    assert.deepEqual(formatDiagnostic(found).split('\n').slice(2), [
      `    at ${site(3)} (first)`,
      `    at ${site(4)} (second)`,
      '    hint: Let one of them write it, or move one to another layer: the higher layer wins.',
      '    see openhands-express/docs/diagnostics.md#s105-two-writers-in-one-layer',
    ]);
  });

  it('leave out the pairs of ambiguousOk, in either order, and no others', () => {
    const layers = {
      base: [pass('a', { writes: ['x'] }), pass('b', { writes: ['y'] })],
      top: [pass('c', { writes: ['x', 'y'] })],
    };
    const options = { reads: ['x', 'y'] } as unknown as ComposeOptions;
    const found = compose(layers, { ...options, ambiguousOk: [['a', 'c']] }).diagnostics;
    assert.deepEqual(
      found.map(({ id, middlewares }) => [id, ...middlewares]),
      [['S201', 'c', 'b']],
    );
    assert.deepEqual(
      compose(layers, {
        ...options,
        ambiguousOk: [
          ['a', 'c'],
          ['c', 'b'],
        ],
      }).diagnostics,
      [],
    );
  });

  it('take the name of one that is replaced in ambiguousOk for the one that runs, and a name with a question mark for none', () => {
    const layers = {
      base: [pass('a', { writes: ['x'] }), pass('old', {})],
      top: [pass('new', { writes: ['x'], overrides: 'old' })],
    };
    const options = { reads: ['x'] } as unknown as ComposeOptions;
    const ids = (ambiguousOk: ComposeOptions['ambiguousOk'] & object) =>
      compose(layers, { ...options, ambiguousOk }).diagnostics.map(({ id }) => id);
    assert.deepEqual(ids([]), ['S201']);
    assert.deepEqual(ids([['a', 'old']]), []);
    assert.deepEqual(ids([['none?', 'old?']]), ['S201']);
  });

  it('call a name in ambiguousOk that nobody has a missing one, where compose was called', () => {
    assert.throws(
      () => compose({ base: [pass('session'), pass('cors')] }, { ambiguousOk: [['sesion', 'cors']] }),
      ({ diagnostics: [first, ...more] }: StackError) => {
        assert.deepEqual(more, []);
        assert.equal(first?.id, 'S102');
        assert.equal(first.message, 'ambiguousOk names "sesion", and nobody in the stack has that name.');
        assert.equal(first.hint, `Did you mean "session"? If it may be missing, write 'sesion?'.`);
        assert.match(first.at, /diagnostics\.test\.ts:\d+$/);
        return true;
      },
    );
  });

  it('take an order for settled that follows from other constraints', () => {
    const chain = (...links: (readonly [string, string])[]) =>
      diagnose({
        layers: {
          base: [
            pass('a', { writes: ['x'] }),
            ...links.map(([name, after]) => pass(name, { after: [after] })),
          ],
          top: [pass('b', { writes: ['x'], after: ['m2'] })],
        },
        options: reads('x'),
      }).map(({ id }) => id);
    assert.deepEqual(chain(['m1', 'a'], ['m2', 'm1']), []);
    assert.deepEqual(chain(['m1', 'a'], ['m2', 'm1?'], ['m1b', 'a']), []);
    assert.deepEqual(chain(['m1', 'a'], ['m2', 'none?']), ['S201']);
  });

  it('leave out headers behind an early end on another path, or of a pair in ambiguousOk', () => {
    const found = (limit: object, options?: object) =>
      diagnose({
        layers: {
          base: [
            pass('limit', { ends: [429], path: '/api', ...limit }),
            pass('other', { ends: [401], path: '/api' }),
            pass('cors', { headers: ['Access-Control-Allow-Origin'], path: '/api' }),
          ],
        },
        ...(options && { options: { ...options } }),
      }).map(({ middlewares }) => middlewares);
    assert.deepEqual(found({}), [['cors', 'limit', 'other']]);
    assert.deepEqual(found({ path: '/app' }), [['cors', 'other']]);
    assert.deepEqual(found({}, { ambiguousOk: [['cors', 'limit']] }), [['cors', 'other']]);
    const both = {
      ambiguousOk: [
        ['limit', 'cors'],
        ['cors', 'other'],
      ],
    };
    assert.deepEqual(found({}, both), []);
  });

  it('go to the log, one line each', () => {
    const lines: string[] = [];
    compose(
      { base: [pass('session', { writes: ['visitor'] })] },
      { log: { warn: (_details, message) => lines.push(message) } },
    );
    assert.equal(lines.length, 1);
    assert.match(
      lines[0] ?? '',
      /^S202 session \(base\) writes "visitor", .* At test\/compose\/pass\.ts:\d+ \(session\)\. If .* See openhands-express\/docs\/diagnostics\.md#s202-written-and-never-read$/,
    );
  });
});
