import assert from 'node:assert/strict';

import { pino } from 'pino';

import { AppMisconfiguredError } from '../../../lib/enterprise/github/errors.ts';
import { RefreshCircuit } from '../../../lib/enterprise/tokens/refresh-circuit.ts';

describe('RefreshCircuit', () => {
  let now: number;
  let logged: string[];
  let circuit: RefreshCircuit;
  const misconfigured = new AppMisconfiguredError('incorrect_client_credentials');
  const isOpen = () => {
    try {
      circuit.check();
      return false;
    } catch {
      return true;
    }
  };

  beforeEach(() => {
    now = 0;
    logged = [];
    circuit = new RefreshCircuit(pino({}, { write: (line: string) => void logged.push(line) }), () => now);
  });

  it('lets everybody through at first', () => {
    assert.equal(isOpen(), false);
  });

  it('opens for a minute, then lets one through at a time until GitHub answers well', () => {
    circuit.misconfigured(misconfigured);
    now = 59_999;
    assert.equal(isOpen(), true);
    now = 60_000;
    assert.deepEqual([isOpen(), isOpen(), isOpen()], [false, true, true]);
    now = 80_000;
    assert.deepEqual([isOpen(), isOpen()], [false, true]);
    circuit.succeeded();
    assert.deepEqual([isOpen(), isOpen()], [false, false]);
  });

  it('speaks up once in an outage, and again in the next', () => {
    for (let n = 0; n < 3; n += 1) circuit.misconfigured(misconfigured);
    assert.equal(logged.length, 1);
    assert.match(logged[0]!, /"level":50.*GITHUB_APP_CLIENT_SECRET/);
    circuit.succeeded();
    circuit.misconfigured(misconfigured);
    assert.equal(logged.length, 2);
  });

  it('opens for as long as GitHub asks', () => {
    circuit.pause(new Error('limited'), 5_000);
    now = 4_999;
    assert.throws(() => circuit.check(), /limited/);
    now = 5_000;
    assert.equal(isOpen(), false);
  });
});
