import assert from 'node:assert/strict';
import corsHandler from 'cors';
import {
  declarations,
  defineMiddleware,
  type LayerEntry,
  type Layers,
  StackError,
  wrap,
} from '../../lib/compose.ts';
import { SaasServerConfig } from '../../lib/enterprise/index.ts';
import { ServerConfig } from '../../lib/oss/index.ts';
import { type TestApp, testApp } from '../../lib/testing/index.ts';

/** The top layer of each edition, and an origin that its CORS permits. */
const EDITIONS = [
  { Edition: ServerConfig, top: 'oss', origin: 'http://localhost:3001', env: {} },
  {
    Edition: SaasServerConfig,
    top: 'enterprise',
    origin: 'https://app.example',
    env: { PERMITTED_CORS_ORIGINS: 'https://app.example' },
  },
] as const;

/** An edition whose layers somebody has changed. */
function changed(Edition: typeof ServerConfig, change: (layers: Layers) => Layers): typeof ServerConfig {
  return class extends Edition {
    override layers(): Layers {
      return change(super.layers());
    }
  };
}

const onTop = (entry: LayerEntry) => (layers: Layers) => ({ ...layers, acme: [entry] });

const acmeCors = (declaration: { overrides?: string; after?: string[] } = {}) =>
  wrap(corsHandler({ origin: 'https://acme.example' }), {
    ...declarations.cors,
    name: 'acme-cors',
    ends: [],
    ...declaration,
  });

const acmeCache = (declaration: { overrides?: string; after?: string[]; path?: string } = {}) =>
  defineMiddleware({
    name: 'acme-cache',
    headers: ['Cache-Control'],
    ...declaration,
    handle(_req, res, next) {
      res.set('Cache-Control', 'private, max-age=60');
      next();
    },
  });

const acmeLimit = (declaration: { after?: string[] } = {}) =>
  defineMiddleware({
    name: 'acme-limit',
    ends: [429],
    ...declaration,
    handle: (_req, res) => void res.sendStatus(429),
  });

for (const { Edition, top, origin, env } of EDITIONS) {
  describe(`The headers of the real layers, ${Edition.name}`, () => {
    let app: TestApp | undefined;

    afterEach(async () => {
      await app?.close();
      app = undefined;
    });

    const start = async (change: (layers: Layers) => Layers) => {
      app = await testApp(changed(Edition, change), { env });
      const { diagnostics } = app.app.stack;
      return diagnostics.map(({ id, middlewares, key }) => ({ id, middlewares, key }));
    };
    const refused = async (change: (layers: Layers) => Layers) => {
      const error = await start(change).then(
        () => assert.fail('It started.'),
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof StackError, String(error));
      return error.diagnostics.map(({ id, middlewares, key }) => ({ id, middlewares, key }));
    };

    it('have nothing to complain about as they are', async () => {
      assert.deepEqual(await start((layers) => layers), []);
    });

    it('take a second CORS on top for a conflict, which is settled by overrides', async () => {
      const found = (await start(onTop(acmeCors()))).filter(({ id }) => id === 'S204');
      assert.deepEqual(
        found.map(({ middlewares }) => middlewares),
        [['cors', 'acme-cors']],
      );
      assert.match(found[0]?.key ?? '', /^Access-Control-Allow-Origin, /);
      const answer = await app?.agent().get('/api/options/config').set('Origin', origin);
      assert.equal(answer?.get('Access-Control-Allow-Origin'), origin, 'the lower one has had the last word');
      await app?.close();

      assert.deepEqual(await start(onTop(acmeCors({ overrides: 'cors' }))), []);
      const settled = await app?.agent().get('/api/options/config').set('Origin', origin);
      assert.equal(settled?.get('Access-Control-Allow-Origin'), 'https://acme.example');
    });

    it('refuse a second CORS in the layer that has one', async () => {
      const [tie] = await refused((layers) => ({ ...layers, [top]: [...(layers[top] ?? []), acmeCors()] }));
      assert.equal(tie?.id, 'S110');
      assert.deepEqual([...tie.middlewares].sort(), ['acme-cors', 'cors']);
    });

    it('take a second Cache-Control on top for a conflict, which is settled by after', async () => {
      assert.deepEqual(await start(onTop(acmeCache())), [
        { id: 'S204', middlewares: ['cache-control', 'acme-cache'], key: 'Cache-Control' },
      ]);
      const overwritten = await app?.agent().get('/api/options/config');
      assert.match(overwritten?.get('Cache-Control') ?? '', /no-store/);
      await app?.close();

      assert.deepEqual(await start(onTop(acmeCache({ after: ['header:Cache-Control'] }))), []);
      const settled = await app?.agent().get('/api/options/config');
      assert.equal(settled?.get('Cache-Control'), 'private, max-age=60');
    });

    it('refuse a second Cache-Control in the layer that has one', async () => {
      const [tie] = await refused((layers) => ({ ...layers, oss: [...(layers.oss ?? []), acmeCache()] }));
      assert.deepEqual(tie, {
        id: 'S110',
        middlewares: ['cache-control', 'acme-cache'],
        key: 'Cache-Control',
      });
    });

    it('find that an early 429 comes without CORS headers, as it does', async () => {
      const found = (await start(onTop(acmeLimit()))).filter(({ id }) => id === 'S205');
      assert.deepEqual(
        found.map(({ middlewares }) => middlewares),
        [
          ['request-id', 'acme-limit'],
          ['security-headers', 'acme-limit'],
          ['cors', 'acme-limit'],
          ['cache-control', 'acme-limit'],
        ],
      );
      const early = await app?.agent().get('/api/options/config').set('Origin', origin);
      assert.equal(early?.status, 429);
      assert.equal(early.get('Access-Control-Allow-Origin'), undefined);
      await app?.close();

      const late = acmeLimit({
        after: ['request-id', 'security-headers', 'header:Access-Control-Allow-Origin', 'cache-control'],
      });
      assert.deepEqual(await start(onTop(late)), []);
      const answer = await app?.agent().get('/api/options/config').set('Origin', origin);
      assert.equal(answer?.status, 429);
      assert.equal(answer.get('Access-Control-Allow-Origin'), origin);
    });
  });
}
