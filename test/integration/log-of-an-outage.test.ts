import assert from 'node:assert/strict';
import { pino } from 'pino';
import { OssApp } from './oss-app.ts';

describe('An outage of GitHub', () => {
  let lines: Record<string, unknown>[];
  let time: number;
  let oss: OssApp;

  beforeEach(async () => {
    lines = [];
    const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
    oss = await OssApp.start({ logger: pino({}, { write }), now: () => time });
    time = Date.now();
    await oss.save({ github_token: oss.github.addPersonalAccessToken('octocat') });
    lines = [];
    oss.github.faults.add({ on: '*', kind: 'status', status: 502 });
  });
  afterEach(() => oss.close());

  const ask = async (times: number) => {
    for (let n = 0; n < times; n += 1) await oss.request.get('/api/github/repositories').expect(503);
  };

  it('is one line a minute, however many requests fail', async () => {
    await ask(20);
    assert.deepEqual(
      lines.map(({ msg, level }) => [msg, level]),
      [['A request failed', 50]],
    );
    time += 60_000;
    await ask(1);
    assert.equal(lines.length, 2);
    assert.equal(lines[1]!.left_out, 19);
  });

  it('is one line where the last profile seen stands in', async () => {
    const asked = (path: string) => oss.request.get(path);
    for (let n = 0; n < 20; n += 1) await asked('/api/github/user').expect(200);
    const others = lines.filter(({ msg }) => msg !== 'request');
    assert.equal(others.length, 1, JSON.stringify(others));
  });
});
