import assert from 'node:assert/strict';
import { EXPRESSES } from '../learn/fresh-express.ts';
import { assertSameAnswers } from '../learn/same-answers.ts';

const FIRST = Number(process.env.SOAK_SEED ?? Math.floor(Math.random() * 1e9));

describe('200 apps that are watched', function () {
  this.timeout(10 * 60_000);

  for (const name of EXPRESSES) {
    it(`answer byte for byte what they answer otherwise, in ${name} (SOAK_SEED=${FIRST})`, async () => {
      const events = await assertSameAnswers(
        name,
        Array.from({ length: 200 }, (_, index) => FIRST + index),
      );
      assert.ok(events > 10_000, `only ${events} events were seen`);
    });
  }
});
