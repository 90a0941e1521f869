import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sentValues } from '../../lib/enterprise/auth/browser-cookie.ts';
import { SignedValues } from '../../lib/enterprise/auth/signed-values.ts';
import { UsedFlows } from '../../lib/enterprise/auth/used-flows.ts';
import { RateLimitMemory } from '../../lib/oss/middleware/rate-limit-memory.ts';
import { ownCopy } from '../../lib/oss/own-copy.ts';
import { Secret } from '../../lib/oss/secret.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const COUNT = 1_000;
/** What a stranger may send besides, in one request. */
const FILLING = 15_000;

function heapInUse(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/** A text as Node hands over a header: in one piece. */
function received(text: string): string {
  return Buffer.from(text).toString();
}

function partOf(text: string): string {
  return received(`${text}${'x'.repeat(FILLING)}`).slice(0, text.length);
}

/** How much is in use for each of the texts that somebody has remembered, in bytes. */
async function bytesEach(remember: (index: number) => unknown): Promise<number> {
  const before = heapInUse();
  for (let index = 0; index < COUNT; index += 1) await remember(index);
  return (heapInUse() - before) / COUNT;
}

describe('What is remembered of a request', () => {
  it('is the same text', () => {
    for (const text of ['', 'plain', 'Zoë \u{1F600} \u0000 %2B']) assert.equal(ownCopy(text), text);
  });

  it('does not keep the headers around a cookie', async () => {
    const values = new SignedValues({ secrets: [new Secret('s'.repeat(40))], now: Date.now });
    const read = (index: number): void => {
      const value = values.write('auth', { index }, 60_000);
      const cookie = received(`filling=${'x'.repeat(FILLING)}; auth=${value}`);
      const [sent = ''] = sentValues({ headers: { cookie } }, 'auth');
      assert.equal(values.read('auth', sent)?.index, index);
    };
    assert.ok((await bytesEach(read)) < 4_000);
    assert.equal(values.read('auth', values.write('auth', { index: 1 }, 1_000))?.index, 1);
  });

  it('does not keep the query around a state', async () => {
    const used = new UsedFlows(Date.now);
    assert.ok((await bytesEach((index) => used.use(partOf(`state-of-a-flow-${index}`), 60_000))) < 4_000);
    assert.equal(await used.use('state-of-a-flow-1', 60_000), false);
  });

  it('does not keep the list around an address', async () => {
    const counts = new RateLimitMemory();
    counts.init({ windowMs: 60_000 });
    const count = (index: number) => counts.increment(partOf(`198.51.100.200-${index}`));
    assert.ok((await bytesEach(count)) < 4_000);
    assert.equal(counts.get('198.51.100.200-1')?.totalHits, 1);
  });
});
