import type { Page } from 'playwright-core';

/**
 * Resolves when the page has drawn all that it was about to draw. For what is expected not to change: once the page
 * has told otherwise that it knows of the cause, this is the frame in which it would have changed.
 */
export async function drawn(page: Page): Promise<void> {
  // A frame calls back in the order in which it was asked to.
  await page.evaluate('new Promise(requestAnimationFrame)');
}
