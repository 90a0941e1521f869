/** `npm run pictures`: takes the pictures of the stack inspector that the documentation shows. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { saveToken } from '../../demo/save-token.ts';
import { Installation } from './installation.ts';
import { Visitor } from './visitor.ts';

const folder = fileURLToPath(new URL('../../docs/pictures/', import.meta.url));

for (const colorScheme of ['light', 'dark'] as const) {
  it(`docs/pictures/inspector-${colorScheme}.webp`, async () => {
    const server = await Installation.enterprise({ STACK_INSPECTOR: '1' });
    const visitor = await Visitor.arrive({ width: 1280, colorScheme });
    try {
      await saveToken(server.url, server.github, 'octocat');
      const { page } = visitor;
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await page.goto(server.url);
      await page.getByRole('link', { name: 'Sign in with GitHub' }).click();
      await page.getByRole('button', { name: 'octocat' }).click();
      await page.getByText(/^Page 1 of/).waitFor();
      const inspector = await visitor.openTab();
      await inspector.emulateMedia({ reducedMotion: 'reduce' });
      await inspector.setViewportSize({ width: 1280, height: 1060 });
      await inspector.goto(`${server.url}/stack/`);
      await inspector.getByText('Live', { exact: true }).waitFor();
      const row = inspector.locator('.request').filter({ hasText: '/api/github/installations' }).first();
      await row.getByText(/^\d+ conflicts?$/).waitFor();
      await row.locator('.request-button').click();
      await row.locator('.story').waitFor();
      await inspector.evaluate('window.scrollTo(0, 0)');
      // A third of what a PNG takes, which is all that Playwright offers besides JPEG.
      const session = await inspector.context().newCDPSession(inspector);
      const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 85 });
      await writeFile(`${folder}inspector-${colorScheme}.webp`, Buffer.from(data, 'base64'));
    } finally {
      await visitor.leave().finally(() => server.remove());
    }
  });
}
