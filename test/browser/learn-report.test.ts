import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { learn, printReport } from '../../lib/learn/index.ts';
import { readRequests } from '../../lib/learn/requests-file.ts';
import { sendRequests } from '../../lib/learn/send-requests.ts';
import { eventually } from '../eventually.ts';
import { watchedApp } from '../learn/report/watched-app.ts';
import { FORMATS, Visitor } from './visitor.ts';

const NAME = '</script><img src=x onerror="alert(1)">';

describe('a report of learn as a page', () => {
  let folder: string;
  let address: string;

  before(async () => {
    const app = watchedApp(NAME);
    const report = await learn(app).during(() => sendRequests(app, readRequests('a.http', 'GET /')));
    folder = await mkdtemp(join(tmpdir(), 'learn-page-'));
    const file = join(folder, 'report.html');
    await writeFile(file, printReport(report, 'html'));
    address = pathToFileURL(file).href;
  });
  after(() => rm(folder, { recursive: true }));

  for (const { width, colorScheme } of [
    ...FORMATS,
    { width: 768, colorScheme: 'light' },
    { width: 768, colorScheme: 'dark' },
  ] as const) {
    it(`shows the handlers, their keys and their findings at ${width} px, ${colorScheme}`, async () => {
      const visitor = await Visitor.arrive({ width, colorScheme });
      const { page } = visitor;
      await page.goto(address);
      const cards = page.locator('li .card');
      await cards.first().waitFor();
      assert.deepEqual(await page.locator('li .card-name').allTextContents(), [NAME, 'signIn', 'GET /']);
      assert.deepEqual(await page.locator('.key-name').allTextContents(), ['req.user']);
      assert.deepEqual(await cards.nth(1).locator('.chip').allTextContents(), ['L102']);
      await visitor.expectAccessible(`learn-report-${width}-${colorScheme}`);
      await visitor.expectNoSidewaysScrolling();
      await cards.first().focus();
      const told = page.getByRole('tooltip');
      await eventually(async () =>
        assert.match(await told.innerText(), /While absent\s+req\.user\s+Sets\s+x-user/),
      );
      await visitor.expectAccessible(`learn-report-reason-${width}-${colorScheme}`);
      await page.locator('.told .finding').hover();
      await eventually(async () => assert.equal(await page.locator('li .card.lit').count(), 2));
      assert.equal(await page.locator('img').count(), 0);
      await visitor.leave();
    });
  }
});
