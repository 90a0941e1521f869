import assert from 'node:assert/strict';
import { EXPRESSES } from './fresh-express.ts';
import { assertSameAnswers } from './same-answers.ts';

describe('An app that is watched', function () {
  this.timeout(600_000);

  for (const name of EXPRESSES) {
    it(`answers byte for byte what it answers otherwise, in ${name}`, async () => {
      const events = await assertSameAnswers(
        name,
        Array.from({ length: 25 }, (_, index) => index + 1),
      );
      assert.ok(events > 1000, `only ${events} events were seen`);
    });
  }
});
