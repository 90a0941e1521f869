import assert from 'node:assert/strict';
import request from 'supertest';
import { eventually } from '../../eventually.ts';
import { engines } from '../engines.ts';
import { SharedSite } from './site.ts';

describe('A server whose database is full', () => {
  let site: SharedSite;

  beforeEach(async () => {
    site = await SharedSite.open(engines().postgres);
  });
  afterEach(() => site.close());

  const run = (sql: string) => engines().postgres.run(site.database, sql);

  it('is not ready until it has room, says so where an alert sees it, and heals by itself', async () => {
    const server = site.start();
    const url = await server.url();
    const ready = async () => {
      const { status, body } = await request(url).get('/ready');
      return [status, (body as { reasons?: unknown }).reasons];
    };
    const metric = async () =>
      /^openhands_store_full (.*)$/m.exec((await request(url).get('/internal/metrics')).text)?.[1];
    const { browser } = await site.signIn(url);
    const save = async (size: number) =>
      (await browser.post('/api/settings').send({ llm_model: 'x'.repeat(size) })).status;
    assert.equal(await save(3_000), 200);
    assert.deepEqual([await ready(), await metric()], [[200, undefined], '0']);

    await run(`CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF length(new.document) > 2000 THEN
        RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100';
      END IF; RETURN new; END $$`);
    await run(
      'CREATE TRIGGER disk_full BEFORE INSERT OR UPDATE ON openhands_documents FOR EACH ROW EXECUTE FUNCTION disk_full()',
    );
    assert.equal(await save(3_000), 503);
    assert.equal(await save(10), 200, 'a small write goes into room that is left');
    assert.deepEqual([await ready(), await metric()], [[503, { store: 'storage_full' }], '1']);

    await run('DROP TRIGGER disk_full ON openhands_documents');
    await eventually(async () => assert.deepEqual([await ready(), await metric()], [[200, undefined], '0']));
    assert.equal(await save(3_000), 200);
    assert.deepEqual(
      server.lines.map(({ msg }) => msg).filter((msg) => /^The store (is full|has room)/.test(String(msg))),
      ['The store is full; this server is not ready until it has room', 'The store has room again'],
    );
  });
});
