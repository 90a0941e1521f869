import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
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
      // The page's files are no interface, and the style is the description's own.
      const served = addresses(app).filter((path) => path !== '/api/docs/style.css');
      assert.deepEqual(described, [...new Set(served)].sort());
    });

    it('is shown as a page without scripts, which links to nothing elsewhere', async () => {
      const { text, headers } = await app.agent().get('/api/docs').expect(200).expect('Content-Type', /html/);
      assert.match(String(headers['content-security-policy']), /default-src 'none'/);
      assert.doesNotMatch(text, /<script|style="|<style|https?:\/\//);
      for (const path of Object.keys(document.paths)) assert.ok(text.includes(`<code>${path}</code>`), path);
      const [, style = ''] = /href="(docs\/[^"]+)"/.exec(text) ?? [];
      await app.agent().get(`/api/${style}`).expect(200).expect('Content-Type', /css/);
      const targets = [...text.matchAll(/href="#([^"]+)"/g)].map(([, id = '']) => id);
      assert.deepEqual(
        targets.filter((id) => !text.includes(`id="${id}"`)),
        [],
      );
    });
  });
}

describe('The OpenAPI description', () => {
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

/** The addresses of the routes of an app. */
function addresses({ app }: TestApp): string[] {
  return app.routes.plan.filter(({ method }) => method !== 'USE').map(({ path }) => path);
}
