import type { Suite } from '../suite.ts';
import { callersAtOnce } from './callers-at-once.ts';
import { durableStore } from './durable-store.ts';
import { freshToken } from './fresh-token.ts';

const suite: Suite = {
  about: 'what keeping tokens costs, beside better-auth and lowdb',
  async run({ smoke }) {
    return [await freshToken(smoke), await callersAtOnce(smoke), await durableStore(smoke)];
  },
};
export default suite;
