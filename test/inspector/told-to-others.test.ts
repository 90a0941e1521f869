import assert from 'node:assert/strict';
import { ToldToOthers } from '../../lib/inspector/told-to-others.ts';
import { LinkedProcess } from './linked-process.ts';

describe('What a process tells the others of its requests', () => {
  it('is told in answers of a quarter of a megabyte, though all are of requests that are no longer kept', () => {
    const process = new LinkedProcess(1, []);
    const nothing = { ids: () => [], find: () => undefined, isPending: () => false, pending: () => [] };
    const told = new ToldToOthers(nothing, process, 10_000);
    let news = process.answer({ askedBy: 2, heard: {} }, 1);
    const ids = Array.from({ length: 40_000 }, (_, index) => 2 ** 52 + index);
    for (const id of ids) told.changed(id);
    const heard: number[] = [];
    do {
      news = process.answer({ askedBy: 2, heard: { 1: news.answer } }, 1);
      heard.push(...news.told.map(({ id }) => id));
      assert.ok(JSON.stringify(news).length < 300_000);
    } while (news.hasMore);
    assert.deepEqual(heard, ids);
    told.close();
  });
});
