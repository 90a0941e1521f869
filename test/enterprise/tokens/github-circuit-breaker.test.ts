import assert from 'node:assert/strict';
import { pino } from 'pino';
import {
  AppMisconfiguredError,
  BadRefreshTokenError,
  TokenEndpointUnavailableError,
} from '../../../lib/enterprise/github/errors.ts';
import { GitHubCircuitBreaker } from '../../../lib/enterprise/tokens/github-circuit-breaker.ts';
import { GitHubRateLimitError } from '../../../lib/oss/github/errors.ts';

describe('GitHubCircuitBreaker', () => {
  let now: number;
  let logged: string[];
  let circuit: GitHubCircuitBreaker;
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
    circuit = new GitHubCircuitBreaker(
      pino({}, { write: (line: string) => void logged.push(line) }),
      () => now,
    );
  });

  it('lets everybody through at first', () => {
    assert.equal(isOpen(), false);
  });

  it('opens for a minute, then lets one through at a time until GitHub answers well', () => {
    circuit.failed(misconfigured);
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
    for (let n = 0; n < 3; n += 1) circuit.failed(misconfigured);
    assert.equal(logged.length, 1);
    assert.match(logged[0]!, /"level":50.*GITHUB_APP_CLIENT_SECRET/);
    now = 60_000;
    circuit.check();
    circuit.succeeded();
    circuit.failed(misconfigured);
    assert.equal(logged.length, 2);
  });

  it('opens for as long as GitHub asks, but for no more than an hour', () => {
    const limits = [
      (seconds: number) => new TokenEndpointUnavailableError('answered 429', seconds * 1_000),
      (seconds: number) => new GitHubRateLimitError(seconds),
    ];
    for (const limited of limits) {
      circuit.failed(limited(5));
      now += 4_999;
      assert.throws(() => circuit.check(), limited(5));
      now += 1;
      assert.equal(isOpen(), false);
      circuit.failed(limited(1e9));
      now += 3_600_000;
      assert.equal(isOpen(), false);
    }
  });

  it('does not take an answer from before for the end of a pause', () => {
    circuit.failed(new GitHubRateLimitError(5));
    circuit.succeeded();
    assert.equal(isOpen(), true);
  });

  it('stays closed when only one user is concerned', () => {
    circuit.failed(new BadRefreshTokenError());
    circuit.failed(new TokenEndpointUnavailableError('answered 502'));
    circuit.failed(new Error('anything else'));
    assert.equal(isOpen(), false);
  });

  it('does not stay open for long because a clock was set back', () => {
    now = 8 * 3_600_000;
    circuit.failed(misconfigured);
    now = 0;
    assert.equal(isOpen(), false);
  });
});
