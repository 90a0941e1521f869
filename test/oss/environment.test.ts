import assert from 'node:assert/strict';
import { z } from 'zod';
import { readEnvironment } from '../../lib/oss/environment.ts';
import { ConfigurationError } from '../../lib/oss/errors.ts';
import { readVariables } from '../../lib/oss/read-variables.ts';

describe('the environment', () => {
  it('has a default for every variable', () => {
    assert.deepEqual(readEnvironment({}), {
      PORT: 3000,
      HOST: '127.0.0.1',
      FILE_STORE_PATH: '.openhands',
      GITHUB_BASE_URL: 'https://github.com',
      GITHUB_API_URL: 'https://api.github.com',
      RATE_LIMIT: [
        { limit: 20, windowMs: 1_000, per: '1 second' },
        { limit: 600, windowMs: 60_000, per: '1 minute' },
      ],
      LOG_LEVEL: 'info',
      POSTHOG_CLIENT_KEY: '',
      SHUTDOWN_DELAY: 0,
      STACK_INSPECTOR: false,
    });
  });

  it('takes an empty value for an unset one, as in a .env file', () => {
    assert.equal(readEnvironment({ PORT: '', HOST: ' ' }).PORT, 3000);
    assert.equal(readEnvironment({ PORT: '', HOST: ' ' }).HOST, '127.0.0.1');
  });

  it("puts the API of a GitHub Enterprise Server under the server's own address", () => {
    assert.equal(
      readEnvironment({ GITHUB_BASE_URL: 'https://git.example.com/' }).GITHUB_API_URL,
      'https://git.example.com/api/v3',
    );
    assert.equal(
      readEnvironment({
        GITHUB_BASE_URL: 'https://git.example.com',
        GITHUB_API_URL: 'http://127.0.0.1:1/api',
      }).GITHUB_API_URL,
      'http://127.0.0.1:1/api',
    );
  });

  const githubs: readonly (readonly [given: string, base: string, api: string])[] = [
    ...['https://github.com/', 'http://github.com', 'https://www.github.com', 'http://WWW.GitHub.com'].map(
      (given) => [given, 'https://github.com', 'https://api.github.com'] as const,
    ),
    ...['https://octo.ghe.com', 'http://octo.ghe.com/', 'https://OCTO.ghe.com'].map(
      (given) => [given, 'https://octo.ghe.com', 'https://api.octo.ghe.com'] as const,
    ),
    ...[
      'https://ghe.com',
      'https://octo.ghe.com.example',
      'http://github.com.example',
      'http://a.github.com',
    ].map((given) => [given, given, `${given}/api/v3`] as const),
  ];
  for (const [given, base, api] of githubs) {
    it(`finds the API of ${given}`, () => {
      const { GITHUB_BASE_URL, GITHUB_API_URL } = readEnvironment({ GITHUB_BASE_URL: given });
      assert.deepEqual([GITHUB_BASE_URL, GITHUB_API_URL], [base, api]);
    });
  }

  const proxies: readonly [string, unknown][] = [
    ['off', false],
    ['on', true],
    ['1', 1],
    ['loopback, 10.0.0.0/8', ['loopback', '10.0.0.0/8']],
    ['2001:db8::/32', ['2001:db8::/32']],
  ];
  for (const [value, expected] of proxies) {
    it(`reads TRUST_PROXY=${value}`, () => {
      assert.deepEqual(readEnvironment({ TRUST_PROXY: value }).TRUST_PROXY, expected);
    });
  }

  const refused: Readonly<Record<string, readonly string[]>> = {
    PORT: ['web', '-1', '65536', '3000.5', '0x10'],
    ALLOWED_HOSTS: ['https://example.com', 'example.com/path', '*.example.com', 'a b', 'me@example.com'],
    PUBLIC_URL: ['example.com', 'ftp://example.com', 'https://me:pw@example.com', 'https://example.com/?a=1'],
    GITHUB_BASE_URL: ['github.com'],
    GITHUB_API_URL: ['api.github.com'],
    TRUST_PROXY: ['maybe', '10.0.0.0/33', '10.0.0.1/8/8', ','],
    RATE_LIMIT: ['20', '20/fortnight', '0/second', '20/second;', 'on'],
    LOG_LEVEL: ['loud'],
    SHUTDOWN_DELAY: ['10', 'soon', '-1s', '6m'],
  };
  for (const [name, values] of Object.entries(refused)) {
    for (const value of values) {
      it(`refuses ${name}=${value} in one line that names the variable`, () => {
        assert.throws(
          () => readEnvironment({ [name]: value }),
          (error: unknown) => {
            assert.ok(error instanceof ConfigurationError);
            assert.match(error.message, new RegExp(`^${name} must be [^\n]+\\.$`));
            return true;
          },
        );
      });
    }
  }

  it('never repeats a value, which may be a secret', () => {
    const env = Object.fromEntries(Object.keys(refused).map((name) => [name, 'gh/secret']));
    assert.throws(
      () => readEnvironment(env),
      (error: Error) => !error.message.includes('gh/secret'),
    );
  });

  it('names all variables that are wrong at once', () => {
    assert.throws(() => readEnvironment({ PORT: 'x', LOG_LEVEL: 'y' }), /PORT must be .*LOG_LEVEL must be /);
  });

  const ofAShell: readonly (readonly [string, RegExp])[] = [
    ['"info"', /is in quotes/],
    ["'info'", /is in quotes/],
    ['`id`', /is in quotes/],
    ['~', /write out what is meant/],
    ['~/models', /write out what is meant/],
    ['$HOME', /write out what is meant/],
    ['a/${HOME}', /write out what is meant/],
    ['$(openssl rand -hex 32)', /write out what is meant/],
  ];
  for (const [value, complaint] of ofAShell) {
    it(`refuses ${value}, which a shell has not seen`, () => {
      assert.throws(
        () => readEnvironment({ LLM_MODELS_FILE: value, POSTHOG_CLIENT_KEY: 'a$b"~' }),
        (error: Error) => {
          assert.match(error.message, /^LLM_MODELS_FILE [^.]+\.$/);
          assert.match(error.message, complaint);
          return true;
        },
      );
    });
  }

  it("says a schema's own message where another edition has one", () => {
    const schema = z.object({ NAME: z.string('is needed: set it.') });
    assert.throws(() => readVariables(schema, {}), new ConfigurationError('NAME is needed: set it.'));
  });
});
