import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { DemoProcess } from '../demo-process.ts';
import { launchChromium } from './chromium.ts';
import { Visitor } from './visitor.ts';

describe('the demo, for a person who clicks', () => {
  let browser: Browser;
  let demo: DemoProcess;

  before(async () => {
    browser = await launchChromium();
    demo = await DemoProcess.start();
  });

  after(async () => {
    await demo.stop('SIGTERM');
    await browser.close();
  });

  it('signs a person in as the user they choose, shows who they are and their repositories, and signs out', async () => {
    const visitor = await Visitor.arrive(browser);
    const { page } = visitor;
    await page.goto(demo.address);
    await page.getByRole('link', { name: 'Sign in with GitHub' }).click();
    await page.getByRole('button', { name: 'hubot' }).click();

    await page.getByText('hubot/').first().waitFor();
    assert.equal(new URL(page.url()).origin, demo.address);
    await page.locator('#person').getByRole('link', { name: 'hubot' }).click();
    await page.getByText('@hubot').waitFor();

    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.getByText('You are signed out').waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'Sign in with GitHub' }).waitFor();
    await visitor.leave();
  });
});
