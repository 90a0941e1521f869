import { killInRefresh } from '../../killed-in-refresh.ts';
import { engines } from '../engines.ts';
import { SharedSite } from './site.ts';

describe('A worker that is killed while it refreshes a token, on PostgreSQL', () => {
  let site: SharedSite;

  afterEach(() => site.close());

  for (const redis of [false, true]) {
    it(`loses no token: another one refreshes it, ${redis ? 'with' : 'without'} Redis`, async () => {
      site = await SharedSite.open(engines().postgres, redis ? { REDIS_URL: engines().redis.url } : {});
      await killInRefresh(site.github, site.start({ WORKERS: '2' }));
    });
  }
});
