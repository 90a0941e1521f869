import assert from 'node:assert/strict';
import { LIBPQ_PARAMETERS } from '../../../lib/enterprise/storage/connection-parameters.ts';
import { describeDatabase, parseDatabaseUrl } from '../../../lib/enterprise/storage/database-url.ts';
import { Secret } from '../../../lib/oss/secret.ts';

/** Of each parameter of libpq 18, in the order of its documentation: values that are honored, and others. */
const PARAMETERS: readonly (readonly [name: string, honored: string[], refused: string[]])[] = [
  ['host', ['db.example.com', '/var/run/postgresql'], ['one,other']],
  ['hostaddr', [], ['127.0.0.1']],
  ['port', ['5433'], ['5432,5433', 'postgres']],
  ['dbname', ['openhands'], ['host=other', 'postgres://other/db']],
  ['user', ['somebody'], []],
  ['password', ['guess'], []],
  ['passfile', [], ['/root/.pgpass']],
  ['require_auth', [], ['scram-sha-256']],
  ['channel_binding', ['disable', 'prefer', 'require'], ['perhaps']],
  ['connect_timeout', ['0', '-1', '5', '10', '15'], ['2', '4', 'long']],
  ['client_encoding', ['UTF8', 'utf-8', 'unicode'], ['LATIN1', 'auto']],
  ['options', ['-c geqo=off'], []],
  ['application_name', ['a name'], []],
  ['fallback_application_name', ['a name'], []],
  ['keepalives', ['1'], ['0']],
  ['keepalives_idle', ['30'], ['soon']],
  ['keepalives_interval', [], ['5']],
  ['keepalives_count', [], ['3']],
  ['tcp_user_timeout', [], ['1000']],
  ['replication', ['false', 'off', '0'], ['true', 'database']],
  ['gssencmode', ['disable', 'prefer'], ['require']],
  ['sslmode', ['disable', 'no-verify', 'require', 'verify-ca', 'verify-full'], ['prefer', 'allow', '']],
  ['requiressl', [], ['1', '0']],
  ['sslnegotiation', ['postgres', 'direct'], ['perhaps']],
  ['sslcompression', ['0'], ['1']],
  ['sslcert', ['/cert.pem'], []],
  ['sslkey', ['/key.pem'], ['engine:key', 'pkcs11:token']],
  ['sslkeylogfile', [], ['/tmp/keys']],
  ['sslpassword', ['guess'], []],
  ['sslcertmode', ['allow'], ['disable', 'require']],
  ['sslrootcert', ['/ca.pem', 'system'], []],
  ['sslcrl', ['/crl.pem'], []],
  ['sslcrldir', [], ['/crls']],
  ['sslsni', ['1'], ['0']],
  ['requirepeer', [], ['postgres']],
  ['ssl_min_protocol_version', ['TLSv1', 'TLSv1.2', 'TLSv1.3'], ['SSLv3']],
  ['ssl_max_protocol_version', ['TLSv1.2', 'TLSv1.3'], ['TLSv2']],
  ['min_protocol_version', ['3.0'], ['3.2', 'latest']],
  ['max_protocol_version', ['3.0', '3.2', 'latest'], ['2.0']],
  ['krbsrvname', [], ['postgres']],
  ['gsslib', [], ['gssapi']],
  ['gssdelegation', ['0'], ['1']],
  ['scram_client_key', [], ['a2V5']],
  ['scram_server_key', [], ['a2V5']],
  ['service', [], ['mine']],
  ['servicefile', [], ['/service.conf']],
  ['target_session_attrs', ['any', 'read-write', 'primary'], ['read-only', 'standby', 'prefer-standby']],
  ['load_balance_hosts', ['disable'], ['random']],
  ['oauth_issuer', [], ['https://example.com']],
  ['oauth_client_id', [], ['id']],
  ['oauth_client_secret', [], ['guess']],
  ['oauth_scope', [], ['openid']],
];

/** Every variable of libpq's documentation that says something of the connection. */
const VARIABLES =
  `PGHOST PGHOSTADDR PGPORT PGDATABASE PGUSER PGPASSWORD PGPASSFILE PGREQUIREAUTH PGCHANNELBINDING
  PGCONNECT_TIMEOUT PGCLIENTENCODING PGOPTIONS PGAPPNAME PGGSSENCMODE PGSSLMODE PGREQUIRESSL PGSSLNEGOTIATION
  PGSSLCOMPRESSION PGSSLCERT PGSSLKEY PGSSLCERTMODE PGSSLROOTCERT PGSSLCRL PGSSLCRLDIR PGSSLSNI PGREQUIREPEER
  PGSSLMINPROTOCOLVERSION PGSSLMAXPROTOCOLVERSION PGMINPROTOCOLVERSION PGMAXPROTOCOLVERSION PGKRBSRVNAME PGGSSLIB
  PGGSSDELEGATION PGSERVICE PGTARGETSESSIONATTRS PGLOADBALANCEHOSTS`.split(/\s+/);

describe('What DATABASE_URL asks for', () => {
  const ADDRESS = 'postgres://odd@localhost/openhands';

  const addressOf = (text: string, env: Record<string, string> = {}) => {
    const parsed = parseDatabaseUrl(text, env);
    return 'url' in parsed ? new URL(parsed.url) : assert.fail(`${text}: ${parsed.complaint}`);
  };
  const parametersOf = (text: string, env?: Record<string, string>) => addressOf(text, env).searchParams;
  function complaintAbout(text: string, env: Record<string, string> = {}): string {
    const parsed = parseDatabaseUrl(text, env);
    return 'complaint' in parsed ? parsed.complaint : assert.fail(`${text} was accepted`);
  }

  it('is known for every parameter and every variable of libpq', () => {
    assert.deepEqual(
      Object.keys(LIBPQ_PARAMETERS),
      PARAMETERS.map(([name]) => name),
    );
    assert.deepEqual(
      Object.values(LIBPQ_PARAMETERS).flatMap(({ variable = [] }) => variable),
      VARIABLES,
    );
  });

  for (const [name, honored, refused] of PARAMETERS) {
    const variable = LIBPQ_PARAMETERS[name]?.variable;
    // These need TLS, which goes without saying where the mode does not exclude it.
    const tls = name === 'sslmode' ? '' : '&sslmode=verify-full';

    it(`is honored or refused by its name: ${name}`, () => {
      for (const value of honored) {
        parametersOf(`${ADDRESS}?${name}=${encodeURIComponent(value)}${tls}`);
        if (variable !== undefined) parametersOf(ADDRESS, { [variable]: value });
      }
      for (const value of refused) {
        const said = complaintAbout(`${ADDRESS}?${name}=${encodeURIComponent(value)}`);
        assert.match(said, new RegExp(`^has .*\\b${name}\\b.*not honored here: [^\\n]{8,}\\.$`));
        assert.doesNotMatch(said, /guess/);
        // The driver and libpq read a variable that is set to nothing as one that is not set.
        if (variable === undefined || value === '') continue;
        // What the address says goes before the variable, so there must be nothing of it there.
        const fromVariable = complaintAbout('postgres:///', { [variable]: value });
        assert.match(
          fromVariable,
          new RegExp(`^cannot be used with .*\\b${variable}\\b.*not honored here: .+`),
        );
      }
    });
  }

  it('goes before what a variable says, in whichever part of the address it is', () => {
    const env = {
      PGHOST: 'a,b',
      PGPORT: 'x',
      PGUSER: 'u',
      PGPASSWORD: 'p',
      PGDATABASE: 'd=d',
      PGSSLMODE: 'prefer',
    };
    const address = 'postgres://odd:guess@localhost:5433/openhands';
    assert.deepEqual([...parametersOf(`${address}?sslmode=disable`, env).keys()], ['sslmode']);
    parametersOf(address, { PGPASSFILE: '/root/.pgpass' });
    parametersOf(ADDRESS, { PGPASSWORD: 'guess', PGPASSFILE: '/root/.pgpass' });
    assert.deepEqual([...parametersOf(`${address}?ssl=false`, env)], [['sslmode', 'disable']]);
  });

  it('is completed by the variables', () => {
    const env = {
      PGHOST: '/run',
      PGPORT: '5433',
      PGUSER: 'u',
      PGPASSWORD: 'a&b c+d',
      PGDATABASE: 'a/b',
      PGOPTIONS: '',
    };
    const parsed = parseDatabaseUrl('postgres:///', env);
    assert.ok('url' in parsed);
    assert.equal(describeDatabase(new Secret(parsed.url)), 'PostgreSQL a/b at /run:5433');
    const { searchParams } = new URL(parsed.url);
    assert.deepEqual([searchParams.get('user'), searchParams.get('password')], ['u', 'a&b c+d']);
    assert.equal(searchParams.get('sslmode'), 'disable', 'there is no TLS behind a socket');
    assert.deepEqual(parseDatabaseUrl(parsed.url), parsed, 'it is read again as it was written');
  });

  it('has a plus as libpq has it, and a blank as %20', () => {
    assert.equal(parametersOf(`${ADDRESS}?options=a+b%20c`).get('options'), 'a+b c');
    const { username, password, pathname } = addressOf('postgres://u+v:a+b@db.example.com/d+e');
    assert.deepEqual([username, password, pathname], ['u+v', 'a+b', '/d+e']);
  });

  it('is refused where several hosts are named, in each way in which they may be', () => {
    for (const address of [
      'postgres://odd:guess@one:5432,other:5432/openhands',
      'postgres://one,other/openhands',
      'postgres://odd@one,other',
      'postgres://odd@/openhands?host=one,other',
      'postgres://odd@one/openhands?port=5432,5433',
    ]) {
      assert.match(complaintAbout(address), /(host|port) that is not honored here: name one/, address);
    }
    parametersOf('postgres://odd:gu,ess@one/openhands');
  });

  it('is refused when it is none of libpq, with what there is instead where that is known', () => {
    for (const [parameter, expected] of [
      ['query_timeout=5', /^has query_timeout, which is not honored here: .*time-outs of its own/],
      ['statement_timeout=5', /ALTER ROLE/],
      ['connection_limit=1', /DATABASE_POOL_SIZE/],
      ['max=1', /DATABASE_POOL_SIZE/],
      ['pgbouncer=true', /^has pgbouncer,.*Leave it out/],
      ['SSLMode=require', /^has a parameter SSLMode that is not known here/],
      ['constructor=1', /^has a parameter constructor that is not known here/],
      ['Client=1', /^has a parameter Client that is not known here/],
      ['sslmode=require&sslmode=disable', /^has sslmode more than once/],
    ] as const) {
      assert.match(complaintAbout(`${ADDRESS}?${parameter}`), expected, parameter);
    }
  });

  it('is not shown when it may be the rest of a password', () => {
    for (const parameters of ['password=a&guess', 'sslpassword=a&guess=', 'gu%20ess=1']) {
      const said = complaintAbout(`${ADDRESS}?${parameters}`);
      assert.match(said, /^has a parameter that is not known here\. .*percent-encode the &/);
      assert.doesNotMatch(said, /ess=|guess/);
    }
  });

  it('of TLS comes to one word, and never to less than libpq makes of it', () => {
    for (const [parameters, expected] of [
      ['', null],
      ['sslmode=disable', 'disable'],
      ['sslmode=require', 'verify-full'],
      ['sslmode=verify-ca', 'verify-full'],
      ['sslmode=verify-full', 'verify-full'],
      ['sslmode=no-verify', 'no-verify'],
      ['sslmode=require&sslrootcert=/ca', 'verify-full'],
      ['sslmode=verify-ca&sslrootcert=/ca', 'verify-ca'],
      ['sslmode=verify-ca&sslrootcert=system', 'verify-full'],
      ['sslmode=verify-full&sslrootcert=/ca', 'verify-full'],
      ['uselibpqcompat=true&sslmode=require', 'no-verify'],
      ['uselibpqcompat=true&sslmode=require&sslrootcert=/ca', 'verify-ca'],
      ['uselibpqcompat=false&sslmode=require', 'verify-full'],
      ['sslrootcert=/ca', 'verify-full'],
      ['sslrootcert=system', 'verify-full'],
      ['sslcrl=/crl', 'verify-full'],
      ['ssl_min_protocol_version=TLSv1.3', 'verify-full'],
      ['channel_binding=require', 'verify-full'],
      ['channel_binding=prefer', null],
      ['sslnegotiation=direct', 'verify-full'],
      ['ssl=true', 'verify-full'],
      ['ssl=0', 'disable'],
      ['ssl=no-verify&channel_binding=require', 'no-verify'],
    ] as const) {
      assert.equal(parametersOf(`${ADDRESS}?${parameters}`).get('sslmode'), expected, parameters);
    }
  });

  it('of TLS is refused where one thing excludes another', () => {
    for (const [parameters, expected] of [
      ['channel_binding=require&sslmode=disable', /^with channel_binding=require needs TLS\. Set sslmode=/],
      ['channel_binding=require&ssl=false', /^with channel_binding=require needs TLS/],
      ['channel_binding=require&host=/run', /^with channel_binding=require .* none through a Unix socket/],
      ['sslnegotiation=direct&sslmode=disable', /^with sslnegotiation=direct needs TLS/],
      ['sslrootcert=system&sslmode=no-verify', /^with sslrootcert=system needs sslmode=verify-full/],
      ['sslrootcert=system&sslmode=disable', /^with sslrootcert=system needs sslmode=verify-full/],
      ['sslrootcert=system&sslmode=require&uselibpqcompat=true', /^with sslrootcert=system needs/],
    ] as const) {
      assert.match(complaintAbout(`${ADDRESS}?${parameters}`), expected, parameters);
    }
    assert.match(
      complaintAbout(`${ADDRESS}?sslmode=disable`, { PGCHANNELBINDING: 'require' }),
      /^with channel_binding=require needs TLS/,
    );
  });
});
