import { measure } from '../rounds.ts';
import { ratio, type Suite } from '../suite.ts';
import { contenders, COUNT } from './contenders.ts';

const suite: Suite = {
  about: 'what the engine costs a request, beside other ways to compose middleware',
  async run({ smoke }) {
    const timings = await measure(await contenders(), {
      rounds: smoke ? 2 : 31,
      times: smoke ? 200 : 20_000,
    });
    return [
      {
        title: `${COUNT} middlewares that only call next`,
        unit: 'ns per request',
        timings,
        claims: [
          ratio(timings, ['compose in a router', 'ten router.use'], 0.35),
          ratio(timings, ['compose', 'koa-compose'], 0.5),
          ratio(timings, ['compose, tracking off', 'hand-guarded'], 1.5),
        ],
      },
    ];
  },
};
export default suite;
