import assert from 'node:assert/strict';
import { DemoProcess } from '../demo-process.ts';
import { Visitor } from './visitor.ts';

describe('the demo, for a person who clicks', () => {
  let demo: DemoProcess;

  before(async () => {
    demo = await DemoProcess.start();
  });

  after(async () => {
    await demo.stop('SIGTERM');
  });

  it('signs a person in as the user they choose, shows who they are and their repositories, and signs out', async () => {
    const visitor = await Visitor.arrive();
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
