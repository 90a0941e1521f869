/** The browser that the tests drive: Debian's Chromium, since playwright-core brings none of its own. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let browser: Browser | undefined;

/** A browser profile of its own, cookies included, in the one browser of all tests. */
export function newProfile(options: BrowserContextOptions): Promise<BrowserContext> {
  if (browser === undefined) throw new Error('The browser is there from the first hook on.');
  return browser.newContext(options);
}

/** @throws when there is no Chromium, saying how to install one: no test may pass for want of a browser. */
async function launch(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    throw new Error(
      `There is no Chromium at ${executablePath}. Install it with \`apt-get install chromium\`, ` +
        'or set CHROMIUM_PATH to where it is.',
    );
  }
  return chromium.launch({ executablePath, args: FLAGS });
}

// Outside of every `describe`: before the first and after the last test of all files.
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});
