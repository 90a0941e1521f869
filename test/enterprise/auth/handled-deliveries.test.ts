import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { HandledDeliveries } from '../../../lib/enterprise/auth/handled-deliveries.ts';
import { JsonFileStore } from '../../../lib/oss/storage/json-file-store.ts';

describe('HandledDeliveries', () => {
  let folder: string;
  let documents: JsonFileStore;
  let dealt: number;
  const deal = () => {
    dealt += 1;
    return Promise.resolve();
  };
  beforeEach(async () => {
    dealt = 0;
    folder = await mkdtemp(join(tmpdir(), 'deliveries-'));
    documents = new JsonFileStore({ path: folder, log: pino({ enabled: false }) });
  });
  afterEach(async () => {
    await documents.close();
    await rm(folder, { recursive: true });
  });

  it('deal with each once for each user, in whichever process', async () => {
    for (const [user, delivery, isNew] of [
      ['1', 'a', true],
      ['1', 'a', false],
      ['2', 'a', true],
      ['1', 'b', true],
      ['1', 'a', false],
    ] as const) {
      assert.equal(await new HandledDeliveries(documents).once(user, delivery, deal), isNew);
    }
    assert.equal(dealt, 3);
  });

  it('deal again with what has failed', async () => {
    const deliveries = new HandledDeliveries(documents);
    await assert.rejects(
      deliveries.once('1', 'a', () => Promise.reject(new Error('no store'))),
      /no store/,
    );
    assert.equal(await deliveries.once('1', 'a', deal), true);
  });

  it('deal with all that nobody can tell apart', async () => {
    const deliveries = new HandledDeliveries(documents);
    for (const delivery of [undefined, undefined, '', 'x'.repeat(1_000), 'x'.repeat(1_000), 'a b']) {
      assert.equal(await deliveries.once('1', delivery, deal), true);
    }
    assert.equal(await documents.read('users/github/1/deliveries.json'), undefined);
  });

  it('keep a bounded number of them', async () => {
    const deliveries = new HandledDeliveries(documents);
    for (let n = 0; n < 25; n++) await deliveries.once('1', `d${n}`, deal);
    const document = await documents.read('users/github/1/deliveries.json');
    assert.equal((document?.handled as string[]).length, 20);
    assert.equal(await deliveries.once('1', 'd24', deal), false);
    assert.equal(await deliveries.once('1', 'd0', deal), true);
  });
});
