import assert from 'node:assert/strict';
import { pino } from 'pino';
import { terminalLog } from '../../lib/cli/terminal-log.ts';
import { errorForLog } from '../../lib/oss/error-for-log.ts';
import { HttpError } from '../../lib/oss/errors.ts';

describe('The log at a terminal', () => {
  let lines: string[];
  const log = pino(
    { level: 'trace', serializers: { err: errorForLog } },
    terminalLog((line) => void lines.push(line)),
  );
  /** Without the time, which is that of the machine. */
  const said = () => {
    assert.match(lines[0]!, /^\d\d:\d\d:\d\d /);
    return lines[0]!.slice('12:03:11 '.length);
  };

  beforeEach(() => {
    lines = [];
  });

  it('has a request in a line: what was asked, how it ended, how long it took', () => {
    log.info(
      { request_id: 'r1', method: 'GET', url: '/api/settings', status: 200, duration_ms: 3 },
      'request',
    );
    assert.equal(said(), 'GET /api/settings 200 3 ms');
    lines = [];
    log.error({ method: 'POST', url: '/x', status: 500, duration_ms: 7, aborted: true }, 'request');
    assert.equal(said(), 'POST /x 500 7 ms (aborted)');
  });

  it('says what kind of line it is, what it is about, and why, without a trace for what is no mistake', () => {
    log.error(
      { err: new HttpError(503, 'github_unavailable', 'GitHub is away.'), request_id: 'r1' },
      'A request failed',
    );
    assert.equal(said(), 'Error: A request failed: GitHub is away.');
    lines = [];
    log.warn({ key: 'a.json', left_out: 3 }, 'Took a lock over');
    assert.equal(said(), 'Warning: Took a lock over {"key":"a.json","left_out":3}');
    lines = [];
    log.info('The store is back');
    assert.equal(said(), 'The store is back');
  });

  it('has the trace of a mistake', () => {
    log.error({ err: new TypeError('x is not a function') }, 'A request failed');
    assert.match(
      said(),
      /^Error: A request failed: x is not a function\nTypeError: x is not a function\n\s+at .*terminal-log\.test\.ts/,
    );
  });

  it('lets nobody who sends a request write to the terminal', () => {
    log.info({ method: 'GET', url: '/\u001b[2J\u009b2J\r\nfake', status: 404, duration_ms: 1 }, 'request');
    assert.equal(said(), 'GET /\uFFFD[2J\uFFFD2J\uFFFD\uFFFDfake 404 1 ms');
    lines = [];
    log.error({ err: new TypeError('\u001b[2Jx') }, 'A request failed');
    assert.ok(!lines[0]!.includes('\u001b'));
    lines = [];
    // A text from right to left, and what some terminals take for the end of a line.
    log.info({ url: '/\u202Eecafrep\u2066\u2028\u200F' }, 'x\u061C');
    assert.equal(said(), 'x\uFFFD {"url":"/\uFFFDecafrep\uFFFD\uFFFD\uFFFD"}');
  });
});
