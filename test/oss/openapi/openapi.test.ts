import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import express from 'express';
import type { OpenApiDocument } from '../../../lib/oss/openapi/openapi-types.ts';
import { type TestApp, testApp } from '../../../lib/testing/index.ts';

const REDOCLY = fileURLToPath(new URL('../../../node_modules/@redocly/cli/bin/cli.js', import.meta.url));
const RULES = fileURLToPath(new URL('./redocly.yaml', import.meta.url));

for (const edition of ['oss', 'enterprise'] as const) {
  describe(`The OpenAPI description of the ${edition} edition`, () => {
    let app: TestApp;
    let document: OpenApiDocument;

    before(async () => {
      app = await testApp(edition);
      document = (await app.agent().get('/api/openapi.json').expect(200).expect('Content-Type', /json/)).body;
    });
    after(() => app.close());

    it('has nothing for a linter to complain of', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'openapi-'));
      try {
        const file = join(folder, 'openapi.json');
        await writeFile(file, JSON.stringify(document));
        await promisify(execFile)(
          process.execPath,
          [REDOCLY, 'lint', file, '--config', RULES, '--format', 'summary'],
          {
            env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
          },
        );
      } finally {
        await rm(folder, { recursive: true });
      }
    });

    it('describes every address that the routes have, and no other', () => {
      const described = Object.keys(document.paths).sort();
      // The page's files are no interface, and neither are those of the description itself.
      const served = addresses(app).filter((path) => !path.startsWith('/api/docs/'));
      assert.deepEqual(described, [...new Set(served)].sort());
    });

    it('is shown by a page whose files are named after their content, kept by browsers and compressed', async () => {
      const page = await fetch(`${app.url}/api/docs`, { headers: { 'Accept-Encoding': 'gzip, br' } });
      assert.equal(page.headers.get('content-encoding'), 'br');
      const text = await page.text();
      const files = [...text.matchAll(/(?:href|src)="(docs\/assets\/[^"]+)"/g)].map(([, file]) => file);
      assert.equal(files.length, 2);
      for (const file of files) {
        assert.match(file!, /-[0-9a-f]{8}\.(?:css|js)$/);
        const bodies = new Set<string>();
        for (const encoding of ['br', 'gzip', 'identity']) {
          const got = await fetch(`${app.url}/api/${file}`, { headers: { 'Accept-Encoding': encoding } });
          assert.equal(got.status, 200);
          assert.equal(got.headers.get('cache-control'), 'private, max-age=2592000, immutable');
          assert.equal(got.headers.get('pragma'), null);
          assert.match(got.headers.get('vary')!, /Accept-Encoding/);
          assert.equal(got.headers.get('content-encoding'), encoding === 'identity' ? null : encoding);
          bodies.add(await got.text());
        }
        assert.equal(bodies.size, 1);
      }
      const { headers } = await app.agent().get('/api/docs/assets/style-00000000.css').expect(404);
      assert.match(headers['cache-control']!, /no-store/);
    });

    it('is found at its address with a slash, too, from where its links would lead nowhere', async () => {
      const page = await fetch(`${app.url}/api/docs/`);
      assert.equal(page.url, `${app.url}/api/docs`);
      assert.equal(page.status, 200);
    });

    it('is shown as a page with nothing inline and nothing from elsewhere', async () => {
      const { text, headers } = await app.agent().get('/api/docs').expect(200).expect('Content-Type', /html/);
      const policy = String(headers['content-security-policy']);
      assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'/);
      assert.doesNotMatch(policy, /unsafe|http|\*/);
      assert.doesNotMatch(
        text,
        /style="|<style|\son\w+=|<script(?![^>]*\ssrc="docs\/)|(?:src|href)="(?:https?:|\/\/)/,
      );
      for (const path of Object.keys(document.paths)) assert.ok(text.includes(`<code>${path}</code>`), path);
      const [, style = ''] = /href="(docs\/[^"]+)"/.exec(text) ?? [];
      await app.agent().get(`/api/${style}`).expect(200).expect('Content-Type', /css/);
      const [, script = ''] = /src="(docs\/[^"]+)"/.exec(text) ?? [];
      await app
        .agent()
        .get(`/api/${script}`)
        .expect(200)
        .expect('Content-Type', /javascript/);
      const targets = [...text.matchAll(/href="#([^"]+)"/g)].map(([, id = '']) => id);
      assert.deepEqual(
        targets.filter((id) => !text.includes(`id="${id}"`)),
        [],
      );
    });
  });
}

describe('The OpenAPI description', () => {
  for (const edition of ['oss', 'enterprise'] as const) {
    it(`has an example of every body in JSON, errors too, that fits its schema (${edition})`, async () => {
      const app = await testApp(edition);
      try {
        const document = (await app.agent().get('/api/openapi.json')).body as OpenApiDocument;
        const ajv = new Ajv2020({ strict: false });
        ajv.addSchema({ $id: 'openapi', ...document });
        // Most answers are errors of the same schema, and each takes long to compile.
        const known = new Map<string, ValidateFunction>();
        let checked = 0;
        for (const [path, method, operation] of operationsOf(document)) {
          for (const [status, { content }] of [
            ['body', operation.requestBody ?? {}] as const,
            ...Object.entries(operation.responses),
          ]) {
            const { schema, example, examples } = content?.['application/json'] ?? {};
            if (schema === undefined) continue;
            const text = JSON.stringify(schema);
            const fits = known.get(text) ?? ajv.compile(inDocument(schema));
            known.set(text, fits);
            const given =
              examples === undefined ? [example] : Object.values(examples).map(({ value }) => value);
            assert.ok(given.length > 0);
            for (const one of given) {
              assert.ok(
                fits(one),
                `${method} ${path} ${status}: ${ajv.errorsText(fits.errors)} ${JSON.stringify(one)}`,
              );
              checked++;
            }
          }
        }
        assert.ok(checked > 100, String(checked));
      } finally {
        await app.close();
      }
    });
  }

  it('shows of every operation a request and its answers, without a secret in it', async () => {
    const app = await testApp('enterprise');
    try {
      const document = (await app.agent().get('/api/openapi.json')).body as OpenApiDocument;
      const { text } = await app.agent().get('/api/docs').expect(200);
      for (const [path, method, { operationId, responses }] of operationsOf(document)) {
        const [, article = ''] = text.split(`id="${operationId}"`);
        const own = article.split('</article>')[0]!;
        assert.ok(own.includes(`$SERVER${path}`), `${method} ${path}`);
        for (const [status, { content }] of Object.entries(responses)) {
          const { example, examples = {} } = content?.['application/json'] ?? {};
          assert.ok(own.includes(`>${status}</b>`), `${path} ${status}`);
          for (const code of Object.keys(examples))
            assert.ok(own.includes(`&#34;code&#34;: &#34;${code}&#34;`));
          if (example !== undefined)
            assert.ok(own.includes(`Answer <b class="status status-${status[0]}">${status}</b>`));
        }
      }
      assert.ok(text.includes('openhands_auth=$SESSION'));
      assert.ok(text.includes('$X_HUB_SIGNATURE_256'));
    } finally {
      await app.close();
    }
  });

  it('names the cookie as the client of this very request has it, in the description and in each command line', async () => {
    const app = await testApp('enterprise', { env: { TRUST_PROXY: 'loopback' } });
    try {
      // Over HTTPS first, so that neither is kept for the other.
      for (const [proto, cookie] of [
        ['https', '__Host-openhands_auth'],
        ['http', 'openhands_auth'],
        ['https', '__Host-openhands_auth'],
      ] as const) {
        const get = (path: string) => app.agent().get(path).set('X-Forwarded-Proto', proto).expect(200);
        const document = (await get('/api/openapi.json')).body as OpenApiDocument;
        assert.equal((document.components.securitySchemes.session as { name?: unknown }).name, cookie);
        const named = (await get('/api/docs')).text.match(/-b (&#34;|")\S+?=/g) ?? [];
        assert.deepEqual(new Set(named.map((one) => one.replace(/-b (&#34;|")|=/g, ''))), new Set([cookie]));
      }
    } finally {
      await app.close();
    }
  });

  it('tells the Enterprise edition from the OSS edition', async () => {
    const apps = [await testApp('oss'), await testApp('enterprise')];
    try {
      const [oss, enterprise] = await Promise.all(
        apps.map(async (app) => (await app.agent().get('/api/openapi.json')).body as OpenApiDocument),
      );
      assert.equal(oss?.paths['/saas'], undefined);
      assert.deepEqual(oss?.paths['/api/settings']?.get?.security, []);
      assert.ok(enterprise?.paths['/saas']);
      assert.deepEqual(enterprise.paths['/api/settings']?.get?.security, [{ session: [] }]);
      assert.deepEqual(enterprise.paths['/api/options/config']?.get?.security, []);
      const settingsOf = ({ paths }: OpenApiDocument) =>
        Object.keys(paths['/api/settings']?.get?.responses ?? {});
      assert.deepEqual(
        [oss, enterprise].map((it) => settingsOf(it).includes('404')),
        [true, false],
      );
    } finally {
      await Promise.all(apps.map((app) => app.close()));
    }
  });

  it('takes what is required and what is the default from the schemas that check requests', async () => {
    const app = await testApp('oss');
    try {
      const { body } = await app.agent().get('/api/openapi.json');
      const { paths, components } = body as OpenApiDocument;
      const search = paths['/api/github/search/repositories']?.get?.parameters;
      assert.deepEqual(
        search?.map(({ name, required, schema }) => [name, required, schema.type, schema.default]),
        [
          ['query', true, 'string', undefined],
          ['per_page', false, 'integer', 5],
          ['sort', false, 'string', 'stars'],
          ['order', false, 'string', 'desc'],
        ],
      );
      const update = components.schemas.SettingsUpdate;
      assert.equal(update?.required, undefined);
      assert.ok(update?.properties?.unset_github_token);
    } finally {
      await app.close();
    }
  });

  it('has the bounds that validation has', async () => {
    const app = await testApp('oss');
    try {
      const agent = await app.agent().saveToken(app.github.addPersonalAccessToken('octocat'));
      const { paths, components } = (await agent.get('/api/openapi.json')).body as OpenApiDocument;
      const numbers = [
        ...Object.entries(components.schemas.SettingsUpdate?.properties ?? {})
          .flatMap(([name, schema]) =>
            [schema, ...(schema.anyOf ?? [])].map((one) => ({ name, schema: one })),
          )
          .map(({ name, schema }) => ({
            name,
            schema,
            ask: (value: number) => agent.post('/api/settings').send({ [name]: value }),
          })),
        ...['/api/github/repositories', '/api/github/search/repositories'].flatMap((path) =>
          (paths[path]?.get?.parameters ?? []).map(({ name, schema }) => ({
            name,
            schema,
            ask: (value: number) => agent.get(path).query({ query: 'x', [name]: value }),
          })),
        ),
      ].filter(({ schema }) => schema.type === 'integer');
      assert.equal(numbers.length, 6);
      for (const { name, schema, ask } of numbers) {
        const { minimum, maximum } = schema;
        assert.ok(minimum !== undefined && maximum !== undefined, name);
        for (const value of [minimum, maximum])
          assert.notEqual((await ask(value)).status, 422, `${name}: ${value}`);
        for (const value of [minimum - 1, maximum + 1]) {
          assert.equal((await ask(value)).status, 422, `${name}: ${value}`);
        }
      }
    } finally {
      await app.close();
    }
  });

  it('names the address that the edition is mounted at', async () => {
    const app = await testApp('oss', { mount: (edition) => express().use('/tools', edition) });
    try {
      const { body } = await app.agent().get('/tools/api/openapi.json').expect(200);
      assert.deepEqual(body.servers, [{ url: '/tools' }]);
      await app.agent().get('/tools/api/docs').expect(200);
    } finally {
      await app.close();
    }
  });
});

function operationsOf({ paths }: OpenApiDocument) {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [path, method, operation] as const),
  );
}

/** A schema whose references are found in the document that it stands in. */
function inDocument(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"openapi#/components')) as object;
}

/** The addresses of the routes of an app. */
function addresses({ app }: TestApp): string[] {
  return app.routes.plan.filter(({ method }) => method !== 'USE').map(({ path }) => path);
}
