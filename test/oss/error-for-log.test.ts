import assert from 'node:assert/strict';
import { pino } from 'pino';
import { terminalLog } from '../../lib/cli/terminal-log.ts';
import { errorForLog } from '../../lib/oss/error-for-log.ts';

describe('an error in the log', () => {
  it('says its name, message, code and cause', () => {
    const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    const logged = errorForLog(new TypeError('fetch failed', { cause }));
    assert.equal(logged.type, 'TypeError');
    assert.equal(logged.message, 'fetch failed');
    assert.equal(logged.cause?.code, 'ECONNREFUSED');
  });

  it('leaves out what libraries hang on their errors', () => {
    const error = Object.assign(new Error('401'), { request: { headers: { authorization: 'token ghp_x' } } });
    assert.ok(!JSON.stringify(errorForLog(error)).includes('ghp_x'));
  });

  it('is a line whatever a library has made of it', () => {
    const inCircles = new Error('round');
    inCircles.cause = new Error('and round', { cause: inCircles });
    const odd = Object.assign(new Error('odd'), { stack: [1], message: { no: 'text' }, name: undefined });
    const lines: string[] = [];
    const log = pino(
      { serializers: { err: errorForLog } },
      terminalLog((line) => lines.push(line)),
    );
    for (const err of [inCircles, odd]) log.error({ err }, 'A request failed');
    assert.match(lines[0]!, /A request failed: round\n/);
    assert.match(lines[1]!, /A request failed: \[object Object\]$/);
    assert.equal(errorForLog(inCircles).cause?.message, 'and round');
  });

  it('does not repeat what was thrown instead of an error', () => {
    assert.ok(!JSON.stringify(errorForLog('ghp_x')).includes('ghp_x'));
  });
});
