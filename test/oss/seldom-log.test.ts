import assert from 'node:assert/strict';
import { pino } from 'pino';
import { HttpError } from '../../lib/oss/errors.ts';
import { SeldomLog } from '../../lib/oss/seldom-log.ts';

describe('SeldomLog', () => {
  let lines: Record<string, unknown>[];
  let time: number;
  let seldom: SeldomLog;

  beforeEach(() => {
    lines = [];
    time = 0;
    const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
    seldom = new SeldomLog(pino({}, { write }), () => time);
  });

  it('writes one line a minute of each kind, and then how many it has left out', () => {
    const outage = () =>
      seldom.error({ err: new HttpError(503, 'github_unavailable', 'Away.') }, 'A request failed');
    for (let n = 0; n < 100; n += 1) outage();
    assert.equal(lines.length, 1);
    assert.equal(lines[0]!.left_out, undefined);
    time = 59_999;
    outage();
    time = 60_000;
    outage();
    outage();
    assert.deepEqual(
      lines.map(({ left_out }) => left_out),
      [undefined, 100],
    );
  });

  it('tells kinds apart by message, code, reason and check, and mistakes by their message', () => {
    const write = () => {
      seldom.error({ err: new HttpError(503, 'github_unavailable', 'Away.') }, 'A request failed');
      seldom.error({ err: new HttpError(503, 'storage_full', 'Full.') }, 'A request failed');
      seldom.error({ err: new TypeError('x is not a function') }, 'A request failed');
      seldom.error({ err: new TypeError('y is not a function') }, 'A request failed');
      seldom.error({ check: 'store' }, 'A readiness check failed');
      seldom.error({ check: 'keycloak' }, 'A readiness check failed');
      seldom.warn({ reason: 'incorrect_client_credentials' }, 'GitHub refuses this server');
      seldom.info({}, 'GitHub refuses this server');
    };
    write();
    assert.equal(lines.length, 8);
    write();
    assert.equal(lines.length, 8);
  });

  it('stays small whatever strangers think of', () => {
    for (let n = 0; n < 5_000; n += 1) seldom.info({ reason: String(n) }, 'x');
    assert.equal(lines.length, 5_000);
    seldom.info({ reason: '4999' }, 'x');
    assert.equal(lines.length, 5_000);
  });
});
