import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { eventually } from '../eventually.ts';
import { newProfile } from './chromium.ts';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Kept from one run to the next, so that they can be looked at and compared. */
const screenshots = fileURLToPath(new URL('../../artifacts/screenshots/', import.meta.url));

/** Chromium's own note of every answer of 4xx and 5xx, which are part of the contract and not a mistake of the page. */
const REFUSAL = /^Failed to load resource: the server responded with a status of [45]\d\d/;
/** The same, for a server that is gone. */
const NOBODY_THERE = 'Failed to load resource: net::ERR_CONNECTION_REFUSED';

/** A desk, a tablet and a telephone, by day and by night. */
export const FORMATS = [
  { width: 1440, colorScheme: 'light' },
  { width: 1440, colorScheme: 'dark' },
  { width: 768, colorScheme: 'light' },
  { width: 768, colorScheme: 'dark' },
  { width: 360, colorScheme: 'light' },
  { width: 360, colorScheme: 'dark' },
] as const;

export interface VisitorOptions {
  /** In CSS pixels; 1440 by default. */
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
}

/** A person at a browser of their own (cookies included), and a record of everything that went wrong in it. */
export class Visitor {
  readonly page: Page;
  readonly #context: BrowserContext;
  readonly #complaints: string[] = [];

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.page = page;
    this.#watch(page);
  }

  static async arrive(options: VisitorOptions = {}): Promise<Visitor> {
    const { width = 1440, colorScheme = 'light' } = options;
    const context = await newProfile({ viewport: { width, height: 900 }, colorScheme });
    context.setDefaultTimeout(30_000);
    return new Visitor(context, await context.newPage());
  }

  /** Another tab of the same browser. */
  async openTab(): Promise<Page> {
    const page = await this.#context.newPage();
    this.#watch(page);
    return page;
  }

  /** Forgets the cookies, as a browser does when they end. */
  async loseCookies(): Promise<void> {
    await this.#context.clearCookies();
  }

  /** Fails if a script broke, the console showed an error, or anything was asked of another origin. */
  async leave(): Promise<void> {
    await this.#context.close();
    assert.deepEqual(this.#complaints, []);
  }

  /** Fails if axe finds anything in what is shown now, when nothing moves any more. Keeps a picture of it, too. */
  async expectAccessible(name: string): Promise<void> {
    await this.page.emulateMedia({ reducedMotion: 'reduce' });
    // What has begun to change its color before goes on to.
    await this.page.evaluate(`Promise.allSettled(
      document.getAnimations().filter((one) => one instanceof CSSTransition).map(({ finished }) => finished),
    ).then(() => undefined)`);
    await this.page.screenshot({ path: `${screenshots}${name}.png`, fullPage: true });
    await this.page.evaluate(axe);
    const findings = await this.page.evaluate<string[]>(
      // Without the copies of style sheets that axe makes for two rules about media, which the page's policy refuses.
      `axe.run(document, { preload: false }).then(({ violations }) =>
        violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ' at ' + target.join(' '))))`,
    );
    assert.deepEqual(findings, [], name);
  }

  /**
   * Looks at what is shown now in every one of {@link FORMATS}, one after the other: the state of a page does not change
   * with its window.
   */
  async expectAccessibleInEveryFormat(name: string): Promise<void> {
    for (const { width, colorScheme } of FORMATS) {
      await this.page.setViewportSize({ width, height: 900 });
      await this.page.emulateMedia({ colorScheme });
      await this.expectAccessible(`${name}-${width}-${colorScheme}`);
      await this.expectNoSidewaysScrolling();
    }
  }

  /** Fails if the page can be scrolled sideways. */
  async expectNoSidewaysScrolling(): Promise<void> {
    await eventually(async () => {
      const overflow = await this.page.evaluate<number>(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      assert.equal(overflow, 0, 'the page is wider than its window');
    });
  }

  #watch(page: Page): void {
    page.on('pageerror', ({ message }) => this.#complaints.push(`script: ${message}`));
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() !== 'error' || REFUSAL.test(text) || text.startsWith(NOBODY_THERE)) return;
      this.#complaints.push(`console: ${text}`);
    });
    page.on('request', (request) => {
      if (request.isNavigationRequest()) return;
      const [from, to] = [request.frame().url(), request.url()].map((url) => new URL(url).origin);
      if (from !== to) this.#complaints.push(`request from ${from ?? ''} to ${request.url()}`);
    });
  }
}
