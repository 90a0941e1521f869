import assert from 'node:assert/strict';
import { pino } from 'pino';
import { DatabaseOutage } from '../../../lib/enterprise/storage/database-outage.ts';
import { asStorageError, postgresFailure } from '../../../lib/enterprise/storage/postgres-failure.ts';
import { unusable } from '../../../lib/enterprise/storage/unusable-database.ts';

/** As the driver makes them of the server's answers. */
const answer = (code: string, message = 'as it says', severity = 'ERROR') =>
  Object.assign(new Error(message), { code, severity });
const broken = (code: string, message = code) => Object.assign(new Error(message), { code });

describe('A failure of the database', () => {
  it('is told by the SQLSTATE: whose fault it is, and whether to ask again', () => {
    for (const [code, failure, isPassing] of [
      ['08006', 'away', true],
      ['08P01', 'away', true],
      ['0A000', 'ours', false],
      ['21000', 'ours', false],
      ['22021', 'data', false],
      ['22P05', 'data', false],
      ['23505', 'ours', false],
      ['23514', 'data', false],
      ['25006', 'read_only', true],
      ['25P02', 'ours', false],
      ['25P03', 'away', true],
      ['26000', 'ours', false],
      ['28000', 'refused', false],
      ['28P01', 'refused', false],
      ['3D000', 'refused', false],
      ['3F000', 'refused', false],
      ['40001', 'away', true],
      ['40P01', 'away', true],
      ['42501', 'refused', false],
      ['42601', 'ours', false],
      ['42P01', 'ours', false],
      ['53100', 'full', false],
      ['53200', 'away', false],
      ['53300', 'away', true],
      ['54000', 'data', false],
      ['55P03', 'away', false],
      ['57014', 'away', false],
      ['57P01', 'away', true],
      ['57P02', 'away', true],
      ['57P03', 'away', true],
      ['57P04', 'refused', false],
      ['57P05', 'away', true],
      ['58030', 'away', false],
      ['P0001', 'ours', false],
      ['XX000', 'away', false],
    ] as const) {
      const known = postgresFailure(answer(code));
      assert.deepEqual([known.failure, known.isPassing], [failure, isPassing], code);
    }
  });

  it('to connect is told by its code', () => {
    for (const [error, failure, isPassing] of [
      [broken('ECONNREFUSED'), 'away', true],
      [broken('ECONNRESET', 'read ECONNRESET'), 'away', true],
      [broken('ETIMEDOUT', 'connect ETIMEDOUT 192.0.2.1:5432'), 'away', true],
      [broken('EPIPE'), 'away', true],
      [broken('ENOTFOUND', 'getaddrinfo ENOTFOUND db'), 'away', true],
      [broken('ENOENT', 'connect ENOENT /run/.s.PGSQL.5432'), 'away', true],
      [broken('ENOENT', "ENOENT: no such file or directory, open '/ca.pem'"), 'refused', false],
      [broken('EACCES', 'connect EACCES /run/.s.PGSQL.5432'), 'refused', false],
      [broken('EMFILE'), 'away', false],
      [broken('CERT_HAS_EXPIRED', 'certificate has expired'), 'refused', false],
      [broken('CERT_REVOKED', 'certificate revoked'), 'refused', false],
      [broken('SELF_SIGNED_CERT_IN_CHAIN'), 'refused', false],
      [broken('UNABLE_TO_GET_ISSUER_CERT_LOCALLY'), 'refused', false],
      [broken('ERR_TLS_CERT_ALTNAME_INVALID'), 'refused', false],
      [broken('ERR_OSSL_BAD_DECRYPT'), 'refused', false],
      [broken('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'), 'refused', false],
      [new Error('Connection terminated unexpectedly'), 'away', true],
      [new Error('Query read timeout'), 'away', false],
      [new Error('timeout expired'), 'away', false],
      [new Error('The server does not support SSL connections'), 'refused', false],
      [new Error('The server does not offer SCRAM-SHA-256-PLUS'), 'refused', false],
      ['no error at all', 'away', false],
    ] as const) {
      const known = postgresFailure(error);
      assert.deepEqual([known.failure, known.isPassing], [failure, isPassing], String(error));
    }
  });

  it('at a pooler, which has one SQLSTATE for everything, is told by what it says', () => {
    for (const [message, failure, advice] of [
      ['unsupported startup parameter: options', 'refused', /Take options out .* PGOPTIONS/],
      ['unsupported startup parameter in options: geqo', 'refused', /Take options out/],
      ['no such database: nowhere', 'refused', /Create it/],
      ['database "nowhere" does not exist', 'refused', /Create it/],
      ['no such user: nobody', 'refused', /Set the user/],
      ['SASL authentication failed', 'refused', /Set the user/],
      [
        'server login has been failing, cached error: password authentication failed',
        'refused',
        /Set the user/,
      ],
      [
        'server login has been failing, cached error: connect failed (server_login_retry)',
        'away',
        /Start it/,
      ],
      ['client_login_timeout (server down)', 'away', /Start it/],
      ['no more connections allowed (max_client_conn)', 'away', /DATABASE_POOL_SIZE/],
      ['query_wait_timeout', 'away', /Start it/],
      ['pgbouncer cannot connect to server', 'away', /Start it/],
    ] as const) {
      const error = answer('08P01', message, 'FATAL');
      assert.equal(postgresFailure(error).failure, failure, message);
      assert.match(unusable(error).message, advice, message);
    }
  });

  it('has its advice in the one line that ends a start', () => {
    for (const [error, expected] of [
      [answer('42501', 'permission denied for schema public'), /for schema public\. .*GRANT USAGE ON SCHEMA/],
      [answer('42501', 'permission denied for table t'), /GRANT SELECT, INSERT, UPDATE, DELETE/],
      [answer('42501', 'must be owner of table t'), /Run migrate as the role that owns/],
      [answer('57014', 'canceling statement due to statement timeout'), /longer statement_timeout/],
      [answer('53300', 'sorry, too many clients already'), /DATABASE_POOL_SIZE/],
      [answer('53100', 'could not extend file'), /Make room/],
      [answer('25006', 'cannot execute INSERT in a read-only transaction'), /Name the primary/],
      [answer('28000', 'no pg_hba.conf entry for host "::1"'), /\(pg_hba\.conf\)/],
      [answer('57P03', 'the database system is starting up'), /Start it/],
      [
        answer('42P01', 'relation "openhands_documents" does not exist'),
        /Run: npx openhands-express migrate/,
      ],
    ] as const) {
      const { message } = unusable(asStorageError(error));
      assert.match(message, /^DATABASE_URL: the database cannot be used: [^\n]+$/);
      assert.match(message, expected);
    }
    assert.doesNotMatch(unusable(answer('57014', 'canceling due to user request')).message, /timeout/);
  });

  describe('in the log', () => {
    function listening() {
      const said: { msg: string; level: number; failure?: string; advice?: string }[] = [];
      const outage = new DatabaseOutage(pino({}, { write: (line) => said.push(JSON.parse(line) as never) }));
      return { outage, said: () => said.splice(0).map(({ msg }) => msg), lines: said };
    }
    const [READ, WRITE] = ['SELECT', 'INSERT'];

    it('is one line, however often it is met, and one when it is over', () => {
      const { outage, said } = listening();
      for (let time = 0; time < 3; time += 1) outage.failed(broken('ECONNREFUSED'), READ);
      outage.succeeded(WRITE);
      outage.succeeded(WRITE);
      assert.deepEqual(said(), ['The database is away', 'The database is back']);
    });

    it('says whose fault it is, and what to do', () => {
      const { outage, lines } = listening();
      outage.failed(answer('42501', 'permission denied for table t'), WRITE);
      assert.equal(lines[0]?.msg, 'The database refuses this server');
      assert.equal(lines[0].failure, 'refused');
      assert.match(lines[0].advice ?? '', /GRANT/);
    });

    it('is not over because a database that takes no writes can be read', () => {
      const { outage, said } = listening();
      for (const code of ['53100', '25006', '42501', '57014']) {
        for (let time = 0; time < 3; time += 1) {
          outage.failed(answer(code), WRITE);
          outage.succeeded(READ);
        }
        outage.succeeded(WRITE);
      }
      assert.deepEqual(said(), [
        'The disk of the database is full',
        'The database is back',
        'The database takes no writes',
        'The database is back',
        'The database refuses this server',
        'The database is back',
        'The database is away',
        'The database is back',
      ]);
    });

    it('has a line more when it becomes another one', () => {
      const { outage, said } = listening();
      outage.failed(broken('ECONNRESET'));
      outage.failed(answer('25006'), WRITE);
      assert.deepEqual(said(), ['The database is away', 'The database takes no writes']);
    });

    it('is no outage when the database cannot keep one document', () => {
      const { outage, said } = listening();
      outage.failed(answer('22021'), WRITE);
      outage.failed(answer('22021'), WRITE);
      outage.succeeded(WRITE);
      assert.deepEqual(said(), Array(2).fill('The database cannot keep a document'));
    });
  });
});
