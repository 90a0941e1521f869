import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { inspect } from 'node:util';
import { type Logger, pino } from 'pino';
import { readDatabaseUrl } from '../../../../lib/enterprise/storage/database-environment.ts';
import { describeDatabase } from '../../../../lib/enterprise/storage/database-url.ts';
import { PostgresDatabase } from '../../../../lib/enterprise/storage/postgres-database.ts';
import { assertMigrated } from '../../../../lib/enterprise/storage/schema.ts';
import { errorForLog } from '../../../../lib/oss/error-for-log.ts';
import { ConfigurationError } from '../../../../lib/oss/errors.ts';
import { silent } from '../../databases.ts';
import { type Certificate, selfSigned } from '../../engines/certificate.ts';
import { PostgresServer, ROLE } from '../../engines/postgres-server.ts';
import { freePort, newFolder } from '../../engines/program.ts';

describe('DATABASE_URL', () => {
  /** Holds every character that means something in an address. */
  const PASSWORD = 'gu@ss:m/e?#%2F ü';
  const login = `odd:${encodeURIComponent(PASSWORD)}`;
  let folder: string;
  let certificate: Certificate;
  let server: PostgresServer;
  let port: number;

  before(async () => {
    folder = await newFolder('doors');
    certificate = await selfSigned(folder);
    server = await PostgresServer.start({
      listen_addresses: '127.0.0.1,::1',
      unix_socket_directories: folder,
      ssl: 'on',
      ssl_cert_file: certificate.cert,
      ssl_key_file: certificate.key,
    });
    ({ port } = server);
    await server.run('postgres', `CREATE ROLE odd LOGIN PASSWORD '${PASSWORD}'`);
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  async function using<T>(address: string, log: Logger, use: (database: PostgresDatabase) => Promise<T>) {
    const url = readDatabaseUrl({ DATABASE_URL: address });
    const database = new PostgresDatabase({ url, log, maxConnections: 1 });
    try {
      return await use(database);
    } finally {
      await database.close();
    }
  }

  /** Connects. @returns the user, the database, and whether the connection is encrypted. */
  function reach(address: string) {
    return using(address, silent, async (database) => {
      const [row] = await database.query<{ user: string; database: string; tls: boolean }>(
        `SELECT current_user AS user, current_database() AS database, ssl AS tls
         FROM pg_stat_ssl WHERE pid = pg_backend_pid()`,
      );
      return [row!.user, row!.database, row!.tls ? 'TLS' : 'plain'].join(' ');
    });
  }

  /** Fails to start on it. @returns the line for the operator, having made sure that nothing tells the password. */
  async function complaint(address: string): Promise<string> {
    const lines: string[] = [];
    const log = pino({ serializers: { err: errorForLog } }, { write: (line) => void lines.push(line) });
    const error = await using(address, log, (database) => assertMigrated(database)).catch(
      (err: unknown) => err,
    );
    assert.ok(error instanceof ConfigurationError, String(error));
    assert.doesNotMatch(
      `${inspect(error, { depth: 9, showHidden: true })}${lines.join('')}`,
      /gu(@|%40|\/?e)ss/i,
    );
    assert.doesNotMatch(error.message, /\n/);
    return error.message;
  }

  const socket = () => encodeURIComponent(folder);

  it('leads over a network, by IPv4, IPv6 and name, and to the database of that name', async () => {
    for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
      const address = `postgres://${login}@${host}:${port}/postgres`;
      assert.equal(await reach(address), 'odd postgres plain');
      assert.equal(
        describeDatabase(readDatabaseUrl({ DATABASE_URL: address })),
        `PostgreSQL ${host}:${port}/postgres`,
      );
    }
  });

  it('leads through a Unix socket, in each way in which its folder may be said', async () => {
    for (const address of [
      `postgres:///postgres?host=${folder}&port=${port}&user=odd&password=${encodeURIComponent(PASSWORD)}`,
      `postgres://${login}@/postgres?host=${folder}&port=${port}`,
      `postgresql://${login}@/postgres?host=${socket()}&port=${port}&application_name=a%20name`,
      `postgres://${login}@localhost/postgres?host=${folder}&port=${port}&sslmode=require`,
      `Postgres://${login}@${socket()}:${port}/postgres`,
    ]) {
      assert.equal(await reach(address), 'odd postgres plain', address);
      assert.equal(
        describeDatabase(readDatabaseUrl({ DATABASE_URL: address })),
        `PostgreSQL postgres at ${folder}:${port}`,
      );
    }
  });

  it('says with sslmode whether the connection is encrypted, and whether the certificate is checked', async () => {
    const address = (parameters: string) => `postgres://${login}@localhost:${port}/postgres?${parameters}`;
    const ca = `sslrootcert=${certificate.cert}`;
    const warnings: string[] = [];
    const onWarning = ({ message }: Error) => void warnings.push(message);
    process.on('warning', onWarning);
    try {
      for (const [parameters, expected] of [
        ['sslmode=disable', 'plain'],
        ['ssl=false', 'plain'],
        ['sslmode=no-verify', 'TLS'],
        ['ssl=no-verify', 'TLS'],
        ['uselibpqcompat=true&sslmode=require', 'TLS'],
        [ca, 'TLS'],
        [`sslmode=require&${ca}&channel_binding=require`, 'TLS'],
        [`sslmode=verify-ca&${ca}`, 'TLS'],
        [`sslmode=verify-full&${ca}`, 'TLS'],
        [`ssl=true&${ca}`, 'TLS'],
        [`ssl=true&uselibpqcompat=true&${ca}`, 'TLS'],
        ['uselibpqcompat=true&sslmode=disable', 'plain'],
      ] as const) {
        assert.equal(await reach(address(parameters)), `odd postgres ${expected}`, parameters);
      }
      for (const parameters of ['sslmode=require', 'sslmode=verify-ca', 'sslmode=verify-full', 'ssl=1']) {
        assert.match(
          await complaint(address(parameters)),
          /^DATABASE_URL: .*self-signed certificate\. Set sslrootcert .* or sslmode=no-verify to check nothing\.$/,
          parameters,
        );
      }
      assert.match(
        await complaint(`postgres://${login}@127.0.0.1:${port}/postgres?sslmode=require&${ca}`),
        /IP: 127\.0\.0\.1 is not in the cert's list.* Set sslrootcert .* and the host as its certificate names it/,
      );
      for (const parameters of ['sslmode=prefer', 'sslmode=', 'ssl=perhaps', 'sslmode=toString']) {
        assert.match(
          await complaint(address(parameters)),
          /^DATABASE_URL has a value of (sslmode|ssl) that is not honored here: set /,
        );
      }
    } finally {
      process.off('warning', onWarning);
    }
    assert.deepEqual(warnings, [], 'and the driver has nothing to warn of');
  });

  it('that leads nowhere ends the start with one line that says what to set, without the password', async () => {
    const nobody = await freePort();
    for (const [address, expected] of [
      [`odd:guess@localhost:${port}/postgres`, /authentication failed .*\. Set the user and the password/],
      [`odd@localhost:${port}/postgres`, /password must be .*\. Set the user and the password/],
      [`${login}@localhost:${port}/guests`, /"guests" does not exist\. Create it, or set the name/],
      [
        `${login}@guest.invalid:${port}/postgres`,
        /ENOTFOUND guest\.invalid\. Set a host whose name resolves\.$/,
      ],
      [`${login}@localhost:${nobody}/postgres`, /ECONNREFUSED .*\. Start it, or set the host and the port/],
      [`${login}@/postgres?host=/nowhere`, /connect ENOENT \/nowhere\/.*\. Start it, or .* the socket/],
      [`${login}@localhost:${port}/postgres?sslrootcert=/nowhere`, /ENOENT.*\. Set sslrootcert/],
    ] as const) {
      assert.match(await complaint(`postgres://${address}`), expected, address);
    }
  });

  it('says so when the server has no TLS', async () => {
    const plain = await PostgresServer.start();
    try {
      assert.match(
        await complaint(`postgres://${ROLE.name}:guess@127.0.0.1:${plain.port}/postgres?sslmode=verify-full`),
        /does not support SSL connections\. Set sslmode=disable, or turn on TLS/,
      );
    } finally {
      await plain.stop();
    }
  });

  it('is refused in one line when it is none, or when nobody can tell where the password ends', async () => {
    for (const address of [
      'mysql://odd:guess@localhost/openhands',
      'postgresql+asyncpg://odd:guess@localhost/openhands',
      'odd:guess@localhost/openhands',
      'postgres:odd:guess@localhost/openhands',
      'postgres://odd:1/guess@localhost/openhands',
      'postgres://odd:1?guess@localhost/openhands',
      'postgres://odd:1#guess@localhost/openhands',
      'postgres://odd:guess%@localhost/openhands',
      'postgres://odd:guess%ff@localhost/openhands',
      'postgres://odd:gu/ess@/openhands?host=/tmp',
      'postgres://odd:guess@::1/openhands',
      'postgres://odd:guess@host one/openhands',
    ]) {
      assert.match(
        await complaint(address),
        /^DATABASE_URL must be set to an address such as postgres:\/\/.*percent-encoded\.$/,
        address,
      );
    }
  });
});
