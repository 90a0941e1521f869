import assert from 'node:assert/strict';
import { main } from '../../../lib/cli/main.ts';
import { besidesTheStore } from '../../cli/recording-terminal.ts';
import { engines } from '../../services/engines.ts';

describe('openhands-express migrate', () => {
  let env: { DATABASE_URL: string };
  beforeEach(async () => (env = { DATABASE_URL: await engines().postgres.newDatabase() }));

  async function run(args: string[], variables: Record<string, string> = env) {
    const said: string[] = [];
    const say = (text: string) => void said.push(text);
    const code = await main(['migrate', ...args], { env: variables, out: say, error: say });
    return { code, said: besidesTheStore(said.join('\n')) };
  }

  it('makes the tables, says so, and does nothing the next time', async () => {
    assert.deepEqual(await run([]), {
      code: 0,
      said: '1  documents and locks\n2  what was copied from another store\nThe database has version 2 now.',
    });
    assert.deepEqual(await run([]), { code: 0, said: 'The database is up to date: version 2.' });
  });

  it('tells with --check whether there is something to do, and does not do it', async () => {
    for (let time = 1; time <= 2; time += 1) {
      const { code, said } = await run(['--check']);
      assert.equal(code, 1);
      assert.match(said, /schema version 0, and 2 is needed\. Run: npx openhands-express migrate$/);
    }
    await run([]);
    assert.deepEqual(await run(['--check']), { code: 0, said: 'The database is up to date: version 2.' });
  });

  it('says in one line what is wrong with DATABASE_URL, and never the password', async () => {
    const cases: [Record<string, string>, RegExp][] = [
      [{}, /^DATABASE_URL must be set to an address such as postgres:/],
      [{ DATABASE_URL: 'mysql://u:guess-me@localhost/db' }, /^DATABASE_URL must be set to an address/],
      [
        { DATABASE_URL: env.DATABASE_URL.replace('local-only', 'guess-me') },
        /password authentication failed/,
      ],
    ];
    for (const [variables, expected] of cases) {
      const { code, said } = await run([], variables);
      assert.equal(code, 1);
      assert.match(said, expected);
      assert.doesNotMatch(said, /\n|guess-me/);
    }
  });

  it('refuses arguments that it does not know', async () => {
    assert.equal((await run(['--down'])).code, 2);
  });
});
