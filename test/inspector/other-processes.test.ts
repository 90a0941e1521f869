import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import express from 'express';
import { compose } from '../../lib/compose.ts';
import { type Inspector, inspector, type InspectorOptions } from '../../lib/inspector/index.ts';
import type { NewsWanted } from '../../lib/inspector/other-processes.ts';
import { OtherRecords } from '../../lib/inspector/other-records.ts';
import { pass } from '../compose/pass.ts';
import { LinkedProcess } from './linked-process.ts';
import { Site } from './watching.ts';

import '../compose/state-keys.ts';

describe('The stack inspector of a server with several processes', () => {
  const sites: Site[] = [];
  const inspectors: Inspector[] = [];
  let processes: LinkedProcess[];

  beforeEach(() => {
    processes = [];
  });
  afterEach(async () => {
    mock.timers.reset();
    for (const inspecting of inspectors.splice(0)) inspecting.close();
    for (const site of sites.splice(0)) await site.close();
  });

  /** Another process of the server, with the address that it alone has. */
  async function open(options: InspectorOptions = {}): Promise<Site> {
    const process = new LinkedProcess(processes.length + 1, processes);
    processes.push(process);
    const stack = compose({ base: [pass('first')] });
    const name = `worker ${process.processId}`;
    const inspecting = inspector(stack, { processName: name, others: process, ...options });
    inspectors.push(inspecting);
    const app = express().use('/stack', inspecting).use(stack);
    app.use((_req, res) => void res.send('hello'));
    const site = await Site.open(app);
    sites.push(site);
    return site;
  }

  async function get(site: Site, ...paths: string[]): Promise<void> {
    for (const path of paths) {
      await (await fetch(site.url + path)).text();
      // Which of two processes came first can be told of requests in different milliseconds alone.
      for (const now = Date.now(); Date.now() === now;);
    }
  }

  /** What somebody sees who begins to look now, up to the end of what there was. */
  async function beginning(site: Site): Promise<{ readonly paths: string[]; readonly only: unknown }> {
    const paths = new Map<number, string>();
    let only: unknown = '';
    for await (const { name, records } of site.watch()) {
      if (name === 'process') only = records;
      else for (const { id, path } of records) paths.set(id, path);
      if (name === 'complete') break;
    }
    return { paths: [...paths].sort(([one], [other]) => one - other).map(([, path]) => path), only };
  }

  it('tells those of all, in the order of their coming, before it says that this was all', async () => {
    const [one, other] = [await open(), await open()];
    await get(one, '/1');
    await get(other, '/2', '/3');
    await get(one, '/4');
    for (const site of [one, other])
      assert.deepEqual((await beginning(site)).paths, ['/1', '/2', '/3', '/4']);
  });

  it('asks nobody as long as nobody looks, and writes nothing down for one who has ceased to ask', async () => {
    const [one, other] = [await open(), await open()];
    await get(one, '/1');
    await get(other, '/2');
    assert.deepEqual([processes[0]!.questions, processes[1]!.questions], [[], []]);
    mock.timers.enable({ apis: ['setTimeout'] });
    const { answer } = processes[1]!;
    const asked = (heard: NewsWanted['heard']) => answer({ askedBy: 9, heard }, 1);
    const first = asked({});
    assert.equal(first.told.length, 1);
    await get(other, '/3');
    const second = asked({ 2: first.answer });
    assert.deepEqual(
      second.told.map(({ record }) => (JSON.parse(record!) as { path: string }).path),
      ['/3'],
    );
    mock.timers.tick(10_000);
    // It is told afresh, as one of whom nothing is known.
    assert.equal(asked({ 2: second.answer }).told.length, 2);
  });

  it('asks no more when nobody looks any longer', async () => {
    const process = new LinkedProcess(1, []);
    const nothing = () => undefined;
    await new Promise<void>((resolve) => {
      const records = new OtherRecords(process, {
        keep: 1,
        keepBytes: 1,
        onChange: nothing,
        onWay: nothing,
        onComplete: () =>
          setImmediate(() => {
            records.stop();
            resolve();
          }),
      });
      records.follow();
    });
    await nextTurn();
    assert.equal(process.questions.length, 1);
  });

  it('begins anew with one who looks again after nobody did', async () => {
    const [one, other] = [await open(), await open()];
    await get(other, '/1');
    assert.deepEqual((await beginning(one)).paths, ['/1']);
    await get(other, '/2');
    assert.deepEqual((await beginning(one)).paths, ['/1', '/2']);
    const heard = processes[0]!.questions.map((question) => question.heard);
    assert.ok(heard.filter((one) => Object.keys(one).length === 0).length >= 2);
  });

  it('keeps of the others together as many as of itself, and the last ones of each', async () => {
    const [one, ...others] = [await open({ keep: 4 }), await open({ keep: 4 }), await open({ keep: 4 })];
    for (const [index, other] of others.entries())
      await get(other, ...[1, 2, 3].map((count) => `/${index}-${count}`));
    assert.deepEqual((await beginning(one)).paths.sort(), ['/0-2', '/0-3', '/1-2', '/1-3']);
    const seen = one.sees(({ path }) => path === '/new');
    await get(others[0], '/new');
    await seen;
  });

  it('tells again what was in an answer that has not arrived, be it the first or a later one', async () => {
    const [one, other] = [await open(), await open()];
    let lost = 0;
    processes[0]!.onWay = (answers) => {
      const paths = answers.flatMap(({ news }) => news!.told.map(({ record = '' }) => record)).join();
      if (!paths.includes(`/${lost + 1}"`)) return answers;
      lost++;
      throw new Error('too late');
    };
    await get(other, '/1');
    const seen = new Set<string>();
    for await (const { name, records } of one.watch()) {
      if (name !== 'news') continue;
      for (const { path } of records) seen.add(path);
      if (seen.has('/1') && lost === 1) await get(other, '/2');
      if (seen.has('/2')) break;
    }
    assert.equal(lost, 2);
  });

  it('shows its own, and says whose they are, where there is no way to the others', async () => {
    const one = await open();
    await get(one, '/1');
    processes[0]!.onWay = () => {
      throw new Error('The first process does not answer.');
    };
    assert.deepEqual(await beginning(one), { paths: ['/1'], only: 'worker 1' });
  });

  it('tells for the last time when it ends, to those alone who look', async () => {
    const [one, other] = [await open(), await open()];
    await get(other, '/1');
    const { answer, last } = processes[1]!;
    const { answer: number } = answer({ askedBy: 1, heard: {} }, 1);
    answer({ askedBy: 1, heard: { 2: number } }, 1);
    await get(other, '/2');
    inspectors[1]!.close();
    assert.deepEqual(
      last.map((each) => Object.entries(each).map(([askedBy, { told }]) => [askedBy, told.length])),
      [[['1', 1]]],
    );
    await get(one, '/3');
    inspectors[0]!.close();
    assert.deepEqual(processes[0]!.last, []);
  });
});
