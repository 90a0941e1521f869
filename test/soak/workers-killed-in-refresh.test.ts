import { FakeGitHub } from '../../lib/testing/index.ts';
import { environmentFor } from '../integration/enterprise-site.ts';
import { killInRefresh } from '../killed-in-refresh.ts';
import { ServerFolder } from '../server-folder.ts';

describe('A worker that is killed while it refreshes a token, on a file store', () => {
  let folder: ServerFolder;
  let github: FakeGitHub;

  beforeEach(async () => {
    folder = await ServerFolder.make();
    github = await FakeGitHub.listen();
  });
  afterEach(async () => {
    await folder.remove();
    await github.close();
  });

  it('loses no token: another one refreshes it', async () => {
    const server = folder.start({ ...environmentFor(github, folder.store), WORKERS: '2' });
    await killInRefresh(github, server);
  });
});
