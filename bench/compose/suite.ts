import { measureApart } from '../apart.ts';
import { measure } from '../rounds.ts';
import { ratio, ratioBeyond, type Result, type Suite } from '../suite.ts';
import { COUNT } from './no-ops.ts';
import { planOf } from './plans.ts';

const suite: Suite = {
  about: 'what the engine costs, beside other ways to compose middleware',
  async run({ smoke }) {
    return [await inExpress(smoke), await onWayBack(smoke), await requests(smoke), await plans(smoke)];
  },
};
export default suite;

async function requests(smoke: boolean): Promise<Result> {
  const timings = await measureApart(
    import.meta.resolve('./contenders.ts'),
    smoke ? 1 : 4,
    smoke ? { rounds: 2, times: 10 } : { rounds: 300, times: 500 },
  );
  return {
    title: 'The same outside of an app, on requests that are no more than objects',
    unit: 'ns',
    timings,
    claims: [
      ratio(timings, ['compose in a router', 'hand-guarded in a router'], 1.6),
      ratio(timings, ['compose', 'koa-compose'], 0.5),
      ratio(timings, ['compose, keys of the request', 'compose'], 1.02),
    ],
  };
}

async function inExpress(smoke: boolean): Promise<Result> {
  const timings = await measureApart(
    import.meta.resolve('./in-express.ts'),
    smoke ? 1 : 3,
    smoke ? { rounds: 2, times: 10 } : { rounds: 150, times: 200 },
  );
  return {
    title: `An Express app with ${COUNT} middlewares that only call next, with and without request classes of its own`,
    unit: 'ns',
    timings,
    claims: [
      ratioBeyond(timings, 'one app.use', ['compose', 'ten app.use'], 0.6),
      ratioBeyond(timings, 'one app.use, its own classes', [
        'compose, its own classes',
        'ten app.use, its own classes',
      ]),
    ],
  };
}

async function onWayBack(smoke: boolean): Promise<Result> {
  const timings = await measureApart(
    import.meta.resolve('./on-way-back.ts'),
    smoke ? 1 : 3,
    smoke ? { rounds: 2, times: 10 } : { rounds: 150, times: 200 },
  );
  return {
    title: 'Headers that are set when the answer is about to be sent, in an Express app',
    unit: 'ns',
    timings,
    claims: [
      ratioBeyond(timings, 'no header', ['one by beforeHeaders', 'one by on-headers'], 1),
      ratioBeyond(timings, 'no header', ['three by beforeHeaders', 'three by on-headers'], 1),
    ],
  };
}

async function plans(smoke: boolean): Promise<Result> {
  const [one, four] = smoke ? ([25, 100] as const) : ([1000, 4000] as const);
  const nanoseconds = await measure([one, four].map(planOf), { rounds: smoke ? 1 : 40, times: 1 });
  const timings = new Map(
    [...nanoseconds].map(([name, taken]) => [
      name,
      { minimum: taken.minimum / 1e6, median: taken.median / 1e6 },
    ]),
  );
  const minimumOf = (size: number): number => timings.get(planOf(size).name)?.minimum ?? NaN;
  return {
    title: 'compose() itself, with three edges for each middleware',
    unit: 'ms',
    timings,
    claims: [
      { name: `${one} middlewares with ${3 * one} edges, in ms`, value: minimumOf(one), below: 20 },
      {
        name: `growth from ${one} to ${four}, as a share of that of n log n`,
        value: minimumOf(four) / minimumOf(one) / ((four * Math.log(four)) / (one * Math.log(one))),
      },
    ],
  };
}
