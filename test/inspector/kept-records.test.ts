import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import express from 'express';
import { compose } from '../../lib/compose.ts';
import { type Inspector, inspector, type InspectorOptions } from '../../lib/inspector/index.ts';
import { pass } from '../compose/pass.ts';
import { Site } from './watching.ts';

import '../compose/state-keys.ts';

describe('What the stack inspector keeps', () => {
  let inspecting: Inspector;
  let site: Site;

  afterEach(() => {
    inspecting.close();
    return site.close();
  });

  async function open(options: InspectorOptions = {}): Promise<void> {
    const stack = compose(
      {
        base: [
          pass('many', { path: '/many' }, (req, _res, next) => {
            for (let index = 0; index < 500; index++) {
              (req.state as Record<string, unknown>)[`key-${index}`] = 'value';
            }
            next();
          }),
        ],
      },
      { onConflict: 'record' },
    );
    inspecting = inspector(stack, options);
    const app = express().use('/stack', inspecting).use(stack);
    app.get('/file', (_req, res) => void res.type('css').send('a{}'));
    app.get('/slow', () => undefined);
    app.use((_req, res) => void res.set('X-Secret', 'tell-nobody').send('hello'));
    site = await Site.open(app);
  }

  async function get(...paths: string[]): Promise<void> {
    for (const path of paths) await (await fetch(site.url + path)).text();
  }

  it('is bounded in bytes, whatever the number, and watchers learn who had to go', async () => {
    await open({ keepBytes: 3_000 });
    const events = site.watch();
    await events.next();
    const long = `/${'x'.repeat(900)}`;
    await get('/first', `${long}1`, `${long}2`, `${long}3`);
    const gone = new Set<number>();
    for await (const { records } of events) {
      for (const { id, gone: isGone } of records) if (isGone) gone.add(id);
      if (gone.size === 2) break;
    }
    assert.deepEqual([...gone].sort(), [1, 2]);
    assert.deepEqual(await site.kept(), [`${long}2`, `${long}3`]);
  });

  it('is bounded in each record, of which strangers choose the path and handlers the keys', async () => {
    await open();
    await get(`/many/${'x'.repeat(10_000)}`);
    const { path, steps, conflicts } = await site.sees(({ outcome }) => outcome === 'answered');
    assert.equal(path.length, 2_001);
    assert.equal(steps[0]?.writes.length, 100);
    assert.equal(conflicts.length, 100);
  });

  it('has the names of the headers of an answer, without their values, and knows files by their type or name', async () => {
    await open();
    await get('/page', '/file?version=1', '/missing.PNG');
    const everything = await site.all();
    const known = everything.map(({ path, headers, isStatic }) => [
      path,
      isStatic,
      headers.includes('x-secret'),
    ]);
    assert.deepEqual(known, [
      ['/missing.PNG', true, true],
      ['/file', true, false],
      ['/page', false, true],
    ]);
    assert.doesNotMatch(JSON.stringify(everything), /tell-nobody/);
  });

  it('is told the newest first, in pieces, and then that this was all', async () => {
    await open();
    const long = `/${'x'.repeat(1_900)}`;
    for (let count = 0; count < 300; count++) await get(long + String(count));
    const told: { name: string; size: number }[] = [];
    const ids: number[] = [];
    for await (const { name, records } of site.watch()) {
      told.push({ name, size: records.length });
      ids.push(...records.map(({ id }) => id));
      if (name === 'complete') break;
    }
    assert.deepEqual(
      told.map(({ name }) => name),
      ['all', 'news', 'news', 'complete'],
    );
    assert.deepEqual(
      ids,
      Array.from({ length: 300 }, (_, index) => 300 - index),
    );
  });

  it('is told to one who reads slowly as far as the connection takes it, and in the last state', async () => {
    await open({ keep: 5_000 });
    const slow = httpRequest(`${site.url}/stack/events`).end();
    const [response] = (await once(slow, 'response')) as [IncomingMessage];
    response.pause();
    // Of so many conflicts that each record is large.
    for (let count = 0; count < 300; count++) await get(`/many/${count}`);
    let text = '';
    const seen = new Set<string>();
    for await (const chunk of response) {
      text += String(chunk);
      for (const [, id = ''] of text.matchAll(/"id":(\d+),"at"[^}]*?"outcome":"answered"/g)) seen.add(id);
      text = text.slice(text.lastIndexOf('"id":'));
      if (seen.size === 300) break;
    }
    assert.equal(seen.size, 300);
  });

  it('tells of those that are not over in turns', async () => {
    await open();
    const leave = new AbortController();
    const open150 = Array.from({ length: 150 }, () =>
      fetch(`${site.url}/slow`, { signal: leave.signal }).catch(() => undefined),
    );
    const told = new Map<number, number>();
    for await (const { records } of site.watch()) {
      for (const { id } of records) told.set(id, (told.get(id) ?? 0) + 1);
      if (told.size === 150 && [...told.values()].every((times) => times > 1)) break;
    }
    leave.abort();
    await Promise.all(open150);
  });
});
