/** The description of the API as a page, with everything unfolded: axe finds nothing, and it asks nothing of anybody. */
import assert from 'node:assert/strict';
import { Installation } from './installation.ts';
import { FORMATS, Visitor } from './visitor.ts';

for (const { width, colorScheme } of FORMATS) {
  describe(`the API page at ${width} px, ${colorScheme}`, () => {
    let server: Installation | undefined;
    let visitor: Visitor;

    beforeEach(async () => {
      visitor = await Visitor.arrive({ width, colorScheme });
    });
    afterEach(() => visitor.leave().finally(() => server?.remove()));

    it('is accessible, folded and unfolded', async () => {
      server = await Installation.enterprise();
      const { page } = visitor;
      await page.goto(`${server.url}/api/docs`);
      await page.getByRole('heading', { name: 'GitHub', exact: true }).waitFor();
      await visitor.expectAccessible(`api-${width}-${colorScheme}`);
      const folded = page.locator('details:not([open]) > summary');
      while ((await folded.count()) > 0) await folded.first().press('Enter');
      await visitor.expectAccessible(`api-unfolded-${width}-${colorScheme}`);
      await visitor.expectNoSidewaysScrolling();
    });

    it('is styled, and leads from an operation to the body that it answers, unfolded', async () => {
      server = await Installation.oss();
      const { page } = visitor;
      await page.goto(`${server.url}/api/docs`);
      await page.locator('#getSettings > summary').click();
      await page.locator('#getSettings').getByRole('link', { name: 'Settings', exact: true }).click();
      await page.locator('#Settings').getByText('remote_runtime_resource_factor').waitFor();
      const ground = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
      const [red = 0] = /\d+/.exec(ground)?.map(Number) ?? [];
      assert.equal(red > 127, colorScheme === 'light', ground);
    });
  });
}
