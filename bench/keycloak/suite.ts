import { betweenAnswers, cpuTime, measureLoads } from '../load/loads.ts';
import { ratio, type Suite } from '../suite.ts';

const BEHIND = 'behind a Keycloak';
const WITHOUT = 'without one';
const PAIR = [BEHIND, WITHOUT] as const;
const CONTENDERS = {
  [WITHOUT]: { file: 'enterprise', env: { LOG_LEVEL: 'error' } },
  [BEHIND]: {
    file: 'keycloak',
    env: {
      LOG_LEVEL: 'error',
      // Nobody is there, and nobody is asked: no check is due.
      KEYCLOAK_SERVER_URL: 'http://127.0.0.1:9',
      KEYCLOAK_REALM_NAME: 'bench',
      KEYCLOAK_CLIENT_ID: 'bench',
      KEYCLOAK_CLIENT_SECRET: 'bench',
      KEYCLOAK_CHECK_EVERY: '1d',
    },
  },
};
const AT_MOST = 1.05;

const suite: Suite = {
  about: 'an authenticated request of the Enterprise edition, behind a Keycloak and without one',
  async run({ smoke }) {
    const loads = await measureLoads(CONTENDERS, smoke ? [1, 1] : [20, 2]);
    return [betweenAnswers(loads), cpuTime(loads)].map((result) => ({
      ...result,
      claims: [ratio(result.timings, PAIR, AT_MOST)],
    }));
  },
};
export default suite;
