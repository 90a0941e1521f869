import assert from 'node:assert/strict';
import { compose, defineErrorMiddleware, defineMiddleware, wrap } from '../../lib/compose.ts';

/** The line that calls this, so that the line of a declaration beside it is known. */
function here(): string {
  const frame = new Error().stack?.split('\n')[2] ?? '';
  return `test/compose/declaration-site.test.ts:${/:(\d+):\d+\)?$/.exec(frame)?.[1] ?? ''}`;
}

const sitesOf = (stack: { plan: readonly { at: string }[] }) => stack.plan.map(({ at }) => at);

describe('The place of a declaration', () => {
  it('is the line that calls defineMiddleware, defineErrorMiddleware or wrap', () => {
    const lines: string[] = [];
    const base = [
      (lines.push(here()), defineMiddleware({ name: 'a', handle: (_req, _res, next) => next() })),
      (lines.push(here()), defineErrorMiddleware({ name: 'b', handle: (e, _req, _res, next) => next(e) })),
      (lines.push(here()), wrap((_req, _res, next) => next(), { name: 'c' })),
    ];
    assert.deepEqual(sitesOf(compose({ base })), lines);
  });

  it('is the line of compose for an ordinary handler, which declares nothing', () => {
    const line = here();
    const stack = compose({ base: [(_req, _res, next) => next()] });
    const [file, number] = line.split(':');
    assert.deepEqual(sitesOf(stack), [`${file ?? ''}:${Number(number) + 1}`]);
  });

  it('is the line in the factory, when a factory makes the middleware', () => {
    let line = '';
    const limit = (name: string) => {
      line = here();
      return defineMiddleware({ name, handle: (_req, _res, next) => next() });
    };
    const [at = ''] = sitesOf(compose({ base: ['one'].map(limit) }));
    assert.equal(Number(at.split(':')[1]), Number(line.split(':')[1]) + 1);
  });

  it('leaves the limit of stack traces as it was', () => {
    const limit = Error.stackTraceLimit;
    defineMiddleware({ name: 'a', handle: (_req, _res, next) => next() });
    assert.equal(Error.stackTraceLimit, limit);
  });
});
