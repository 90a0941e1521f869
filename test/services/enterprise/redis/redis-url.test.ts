import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { pino } from 'pino';
import { RedisConnection } from '../../../../lib/enterprise/redis/redis-connection.ts';
import { parseRedisUrl } from '../../../../lib/enterprise/redis/redis-url.ts';
import { errorForLog } from '../../../../lib/oss/error-for-log.ts';
import { ConfigurationError } from '../../../../lib/oss/errors.ts';
import { Secret } from '../../../../lib/oss/secret.ts';
import type { ServerProcess } from '../../../server-process.ts';
import { engines } from '../../engines.ts';
import { selfSigned } from '../../engines/certificate.ts';
import { freePort, newFolder } from '../../engines/program.ts';
import { RedisServer } from '../../engines/redis-server.ts';
import { SharedSite } from '../../integration/site.ts';

describe('REDIS_URL', () => {
  /** Holds every character that means something in an address. */
  const PASSWORD = 'gu@ss:m/e?#%2F';
  const login = `odd:${encodeURIComponent(PASSWORD)}`;
  let folder: string;
  let cert: string;
  let socket: string;
  let tlsPort: number;
  let server: RedisServer;
  let port: number;

  before(async () => {
    folder = await newFolder('redis-doors');
    const certificate = await selfSigned(folder);
    ({ cert } = certificate);
    socket = join(folder, 'redis.sock');
    tlsPort = await freePort();
    server = await RedisServer.start(
      ...['--bind', '127.0.0.1', '::1', '--unixsocket', socket, '--unixsocketperm', '777'],
      ...['--requirepass', PASSWORD, '--user', 'odd', 'on', `>${PASSWORD}`, '~*', '&*', '+@all'],
      ...['--tls-port', String(tlsPort), '--tls-auth-clients', 'no', '--tls-ca-cert-file', cert],
      ...['--tls-cert-file', cert, '--tls-key-file', certificate.key],
    );
    ({ port } = server);
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  /** Connects. @returns the user and the number of the database there, and what was logged. */
  async function reach(url: string): Promise<{ place: string; logged: string }> {
    assert.ok('address' in parseRedisUrl(url), url);
    let logged = '';
    const log = pino({ serializers: { err: errorForLog } }, { write: (line) => void (logged += line) });
    const redis = new RedisConnection({ url: new Secret(url), prefix: 'test:', log });
    await redis.open();
    try {
      const info = String(await redis.send('CLIENT', 'INFO'));
      return { place: `${/\buser=(\S+)/.exec(info)![1]!} ${/\bdb=(\d+)/.exec(info)![1]!}`, logged };
    } finally {
      await redis.close();
    }
  }

  it('leads over a network, by IPv4, IPv6 and name, and through a Unix socket', async () => {
    for (const [url, place] of [
      [`redis://${login}@127.0.0.1:${port}`, 'odd 0'],
      [`redis://${login}@[::1]:${port}/3`, 'odd 3'],
      [`redis://:${encodeURIComponent(PASSWORD)}@localhost:${port}/`, 'default 0'],
      [`unix://${socket}?db=0`, 'refused'],
      [`unix://${login}@${socket}`, 'odd 0'],
      [`unix://:${encodeURIComponent(PASSWORD)}@${socket}?db=4`, 'default 4'],
    ] as const) {
      const reached = reach(url);
      if (place === 'refused') await assert.rejects(reached, /NOAUTH/);
      else assert.deepEqual(await reached, { place, logged: '' }, url);
    }
  });

  it('ends the start with one line that says what to set when Redis lets nobody in, without the password', async () => {
    for (const [url, answer] of [
      [`redis://odd:guess@localhost:${port}`, /WRONGPASS invalid username-password pair/],
      [`redis://localhost:${port}`, /NOAUTH/],
      [`redis://${login}@localhost:${port}/99`, /DB index is out of range/],
    ] as const) {
      await assert.rejects(reach(url), (error) => {
        assert.ok(error instanceof ConfigurationError, String(error));
        assert.match(error.message, answer);
        assert.match(
          error.message,
          /^REDIS_URL: Redis lets nobody in: .*[^.]\. Set the user, the password and .*\.$/,
        );
        assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /gu(@|%40|e)ss/);
        return true;
      });
    }
  });

  describe('with sslrootcert', () => {
    const at = (file: string) =>
      `rediss://${login}@localhost:${tlsPort}?sslrootcert=${encodeURIComponent(file)}`;

    it('trusts the authority that it names, and no other', async () => {
      assert.deepEqual(await reach(at(cert)), { place: 'odd 0', logged: '' });
      const other = await selfSigned(await mkdtemp(join(folder, 'other-')));
      await assert.rejects(reach(at(other.cert)), /Redis is away/);
      await assert.rejects(reach(at('system')), /Redis is away/);
    });

    it('checks that the certificate is for the host', async () => {
      await assert.rejects(reach(at(cert).replace('localhost', '127.0.0.1')), /Redis is away/);
    });

    it('ends the start with one line when the file is not there, or holds no certificate', async () => {
      const empty = join(folder, 'empty.pem');
      await writeFile(empty, '');
      const damaged = join(folder, 'damaged.pem');
      await writeFile(damaged, (await readFile(cert, 'utf8')).replace(/[A-Z]{2}/g, ''));
      for (const [file, said] of [
        [join(folder, 'none.pem'), /none\.pem, which sslrootcert names, cannot be read: ENOENT\.$/],
        [folder, /cannot be read: EISDIR\.$/],
        [empty, /empty\.pem, which sslrootcert names, must hold certificates in the PEM form\.$/],
        [damaged, /must hold certificates in the PEM form\.$/],
      ] as const) {
        await assert.rejects(reach(at(file)), (error) => {
          assert.ok(error instanceof ConfigurationError, String(error));
          assert.match(error.message, said);
          assert.match(error.message, /^REDIS_URL: /);
          return true;
        });
      }
    });
  });

  describe('of a server', () => {
    let site: SharedSite;
    beforeEach(async () => (site = await SharedSite.open(engines().postgres)));
    afterEach(() => site.close());

    const start = (variables: Record<string, string>): ServerProcess => site.start(variables);

    it('with a wrong password ends it, with exit code 1 and one line', async () => {
      const process = start({ REDIS_URL: `redis://odd:guess@localhost:${port}` });
      assert.equal(await process.exitCode(), 1);
      assert.match(process.errors, /^openhands-express: REDIS_URL: .* Set the user, .*\n$/);
      assert.doesNotMatch(process.output + process.errors, /guess|goes on alone/);
    });

    it('encrypts with rediss, and checks the certificate against what Node knows and NODE_EXTRA_CA_CERTS', async () => {
      const REDIS_URL = `rediss://${login}@localhost:${tlsPort}`;
      const ready = async (process: ServerProcess) => {
        const answer = (await (await fetch(`${await process.url()}/ready`)).json()) as { checks: object };
        return answer.checks;
      };
      const ok = { store: 'ok', redis: 'ok' };
      assert.deepEqual(await ready(start({ REDIS_URL, NODE_EXTRA_CA_CERTS: cert })), ok);
      assert.deepEqual(await ready(start({ REDIS_URL: `${REDIS_URL}?sslrootcert=${cert}` })), ok);
      const stranger = start({ REDIS_URL });
      assert.deepEqual(await ready(stranger), { store: 'ok', redis: 'degraded' });
      assert.match(stranger.output, /self-signed certificate.*sslrootcert in REDIS_URL.*goes on alone/);
      assert.doesNotMatch(stranger.output + stranger.errors, /gu(@|%40|e)ss/);
    });
  });
});
