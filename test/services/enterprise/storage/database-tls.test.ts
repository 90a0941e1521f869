/** What an address asks for to be protected by, with a certificate authority of one's own, against a real server. */
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readDatabaseUrl } from '../../../../lib/enterprise/storage/database-environment.ts';
import { PostgresDatabase } from '../../../../lib/enterprise/storage/postgres-database.ts';
import { assertMigrated } from '../../../../lib/enterprise/storage/schema.ts';
import { ConfigurationError } from '../../../../lib/oss/errors.ts';
import { silent } from '../../databases.ts';
import { Authority } from '../../engines/authority.ts';
import type { Certificate } from '../../engines/certificate.ts';
import { PostgresServer, ROLE } from '../../engines/postgres-server.ts';
import { newFolder } from '../../engines/program.ts';

/** How each role has to prove who it is. */
const ROLES = { bound: 'scram-sha-256', trusted: 'trust', clear: 'password', shut: 'reject' } as const;

describe('DATABASE_URL, on a server whose certificate is of an own authority,', () => {
  let folder: string;
  let ours: Authority;
  let theirs: Authority;
  let certificate: Certificate;
  let client: Certificate;
  let locked: Certificate;
  let server: PostgresServer;

  before(async () => {
    folder = await newFolder('tls');
    [ours, theirs] = [await Authority.in(folder, 'ours'), await Authority.in(folder, 'theirs')];
    certificate = await ours.issue('localhost');
    client = await ours.issue('client');
    locked = await ours.issue('locked', 'pass&word');
    const rules = join(folder, 'pg_hba.conf');
    await writeFile(
      rules,
      [
        `host all ${ROLE.name} 127.0.0.1/32 scram-sha-256`,
        ...Object.entries(ROLES).map(([role, method]) => `hostssl all ${role} all ${method}`),
        'hostnossl all bound all scram-sha-256',
      ].join('\n') + '\n',
    );
    server = await PostgresServer.start({
      listen_addresses: '127.0.0.1,::1',
      hba_file: rules,
      ssl: 'on',
      ssl_cert_file: certificate.cert,
      ssl_key_file: certificate.key,
      ssl_ca_file: ours.cert,
      ssl_max_protocol_version: 'TLSv1.2',
    });
    for (const role of Object.keys(ROLES))
      await server.run('postgres', `CREATE ROLE ${role} LOGIN PASSWORD 'guess'`);
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  async function using<T>(
    parameters: string,
    use: (database: PostgresDatabase) => Promise<T>,
    { role = 'bound', host = 'localhost', env = {} } = {},
  ): Promise<T> {
    const DATABASE_URL = `postgres://${role}:guess@${host}:${server.port}/postgres?${parameters}`;
    const url = readDatabaseUrl({ ...env, DATABASE_URL });
    const database = new PostgresDatabase({ url, log: silent, maxConnections: 1 });
    try {
      return await use(database);
    } finally {
      await database.close();
    }
  }

  /** Connects. @returns what protects the connection, and whom the client has shown to be. */
  const reach = (parameters: string, how: Parameters<typeof using>[2] = {}) =>
    using(
      parameters,
      async (database) => {
        const [row] = await database.query<{ version: string | null; client: string | null }>(
          'SELECT version, client_dn AS client FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
        );
        return [row!.version ?? 'plain', ...(row!.client === null ? [] : [row!.client])].join(' ');
      },
      how,
    );

  async function complaint(parameters: string, how: Parameters<typeof using>[2] = {}): Promise<string> {
    const error = await using(parameters, (database) => assertMigrated(database), how).catch(
      (err: unknown) => err,
    );
    assert.ok(error instanceof ConfigurationError, String(error));
    assert.match(error.message, /^DATABASE_URL[^\n]*$/);
    assert.doesNotMatch(error.message, /guess|pass&word/);
    return error.message;
  }

  it('checks the authority and the host as far as the mode says', async () => {
    const ca = `sslrootcert=${ours.cert}`;
    const TLS = 'TLSv1.2';
    for (const mode of ['require', 'verify-ca', 'verify-full']) {
      assert.equal(await reach(`sslmode=${mode}&${ca}`), TLS, mode);
      assert.match(
        await complaint(`sslmode=${mode}&sslrootcert=${theirs.cert}`),
        /\. Set sslrootcert /,
        mode,
      );
      assert.match(await complaint(`sslmode=${mode}`), /\. Set sslrootcert /, 'nobody trusts it by itself');
      assert.match(await complaint(`sslmode=${mode}&sslrootcert=system`), /\. Set sslrootcert /, mode);
    }
    const host = '127.0.0.1';
    assert.equal(await reach(`sslmode=verify-ca&${ca}`, { host }), TLS);
    assert.equal(await reach(`sslmode=require&uselibpqcompat=true&${ca}`, { host }), TLS);
    for (const parameters of [`sslmode=verify-full&${ca}`, `sslmode=require&${ca}`, ca]) {
      assert.match(await complaint(parameters, { host }), /not in the cert's list/, parameters);
    }
    assert.equal(await reach('sslmode=no-verify', { host }), TLS);
    assert.match(
      await complaint(`sslmode=require&uselibpqcompat=true&sslrootcert=${theirs.cert}`),
      /\. Set sslrootcert /,
    );
  });

  it('takes what the address leaves open from the variables of libpq', async () => {
    const env = { PGSSLMODE: 'verify-ca', PGSSLROOTCERT: ours.cert, PGCHANNELBINDING: 'require' };
    assert.equal(await reach('', { env, host: '127.0.0.1' }), 'TLSv1.2');
    assert.match(await complaint('', { env: { ...env, PGSSLROOTCERT: theirs.cert } }), /Set sslrootcert/);
    assert.equal(await reach('sslmode=disable', { env: { PGSSLMODE: 'verify-full' } }), 'plain');
  });

  it('shows the certificate of a client, whose key may have a password', async () => {
    const [plain, secret] = [client, locked].map(
      ({ cert, key }) => `sslcert=${cert}&sslkey=${key}&sslrootcert=${ours.cert}`,
    );
    assert.equal(await reach(plain!), 'TLSv1.2 /CN=client');
    assert.equal(await reach(`${secret}&sslpassword=pass%26word`), 'TLSv1.2 /CN=locked');
    assert.match(
      await complaint(`${secret}&sslpassword=wrong`),
      /\. Set what it takes: .* password of the certificate/,
    );
    assert.match(await complaint(`sslcert=/nowhere&sslrootcert=${ours.cert}`), /\. Set sslrootcert, sslcert/);
  });

  it('refuses a certificate that was revoked, and a version of TLS that is too old', async () => {
    const ca = `sslrootcert=${ours.cert}`;
    const other = await ours.issue('other');
    assert.equal(await reach(`${ca}&sslcrl=${ours.revoked('others.crl', other)}`), 'TLSv1.2');
    assert.match(await complaint(`${ca}&sslcrl=${ours.revoked('all.crl', certificate)}`), /revoked\. /);
    assert.match(
      await complaint(`${ca}&ssl_min_protocol_version=TLSv1.3`),
      /\. Set what it takes: the versions of TLS/,
    );
    assert.equal(await reach(`${ca}&ssl_max_protocol_version=TLSv1.2`), 'TLSv1.2');
  });

  it('has the password proved by the channel when it demands that, and by nothing less', async () => {
    const demand = `channel_binding=require&sslrootcert=${ours.cert}`;
    assert.equal(await reach(demand), 'TLSv1.2');
    assert.equal(await reach(`channel_binding=prefer&sslrootcert=${ours.cert}`), 'TLSv1.2');
    for (const role of ['trusted', 'clear']) {
      assert.match(
        await complaint(demand, { role }),
        /does not offer SCRAM-SHA-256-PLUS\. Let the server/,
        role,
      );
      assert.equal(await reach(`sslrootcert=${ours.cert}`, { role }), 'TLSv1.2', 'it could come in without');
    }
    assert.match(await complaint('channel_binding=require&sslmode=disable'), /needs TLS\. Set sslmode/);
    assert.equal(await reach('sslmode=disable'), 'plain', 'it could come in without');
  });

  it('says so when the server has no TLS to bind to', async () => {
    const plain = await PostgresServer.start();
    try {
      const url = readDatabaseUrl({ DATABASE_URL: `${plain.url('postgres')}?channel_binding=require` });
      const database = new PostgresDatabase({ url, log: silent, maxConnections: 1 });
      await assert.rejects(
        assertMigrated(database),
        /does not support SSL connections\. Set sslmode=disable, or turn on/,
      );
      await database.close();
    } finally {
      await plain.stop();
    }
  });

  it('says what to change when the server lets nobody in from here', async () => {
    assert.match(
      await complaint(`sslrootcert=${ours.cert}`, { role: 'shut' }),
      /pg_hba\.conf rejects .*\. Let this host in at the server \(pg_hba\.conf\)/,
    );
    assert.match(
      await complaint('', { role: 'trusted' }),
      /no pg_hba\.conf entry .*\. Let this host in .*or encrypt \(sslmode=verify-full\)/,
    );
  });
});
