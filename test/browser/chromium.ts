/** The browser that the tests drive: Debian's Chromium, since playwright-core brings none of its own. */
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

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

/** @throws when there is no Chromium, saying how to install one: a browser test must never pass for want of a browser. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    throw new Error(
      `There is no Chromium at ${executablePath}. Install it with \`apt-get install chromium\`, ` +
        'or set CHROMIUM_PATH to where it is.',
    );
  }
  return chromium.launch({ executablePath, args: FLAGS });
}
