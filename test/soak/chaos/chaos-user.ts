import { setTimeout as delay } from 'node:timers/promises';
import { pathOf } from '../../integration/enterprise-site.ts';
import type { ChaosSite } from './chaos-site.ts';
import type { Findings } from './findings.ts';

/** Longer than any answer may take, a refresh that another process has under way included. */
const LONGEST_ANSWER_MS = 45_000;
const SIGN_IN_PAUSE_MS = 250;

/** What a server has answered; status 0 when there was no answer. */
interface Answer {
  readonly status: number;
  readonly text: string;
  /** Whether GitHub had issued their last pair to a process that was killed, and that may have stored it or not. */
  readonly isPairLost: boolean;
}

/** Somebody at a browser, who lists repositories and saves settings at one server after the other. */
export class ChaosUser {
  readonly login: string;
  readonly #site: ChaosSite;
  readonly #findings: Findings;
  readonly #random: () => number;
  readonly #living: AbortSignal;
  #cookie = '';
  #signIns = 0;
  /** The signing in that is under way. */
  #signingIn: Promise<void> | undefined;
  /** The highest number that was saved, as a server has said; and the highest that was tried. */
  #saved = 0;
  #tried = 0;

  /** @param living - until when they go on. */
  constructor(login: string, site: ChaosSite, findings: Findings, random: () => number, living: AbortSignal) {
    this.login = login;
    this.#living = living;
    this.#site = site;
    this.#findings = findings;
    this.#random = random;
  }

  /** Does one thing after the other. */
  async live(): Promise<void> {
    while (!this.#living.aborted) {
      const what = this.#random();
      if (what < 0.6) await this.useToken();
      else if (what < 0.8) await this.saveSettings();
      else await this.readSettings();
      await delay(1_000 + 2_000 * this.#random());
    }
  }

  async useToken(): Promise<Answer> {
    return this.#ask('GET', '/api/github/installations');
  }

  /** What a server has acknowledged must be there, at each of them. @returns whether it was answered with 200. */
  async readSettings(): Promise<boolean> {
    const saved = this.#saved;
    const { status, text } = await this.#ask('GET', '/api/settings');
    if (status !== 200) return false;
    const { max_iterations: found = 0 } = JSON.parse(text) as { max_iterations?: number };
    if (found < saved || found > this.#tried)
      this.#findings.add(`${this.login} has saved ${saved}, tried ${this.#tried}, and finds ${found}`);
    return true;
  }

  async saveSettings(): Promise<void> {
    const max_iterations = (this.#tried += 1);
    const { status } = await this.#ask('POST', '/api/settings', { max_iterations });
    if (status === 200) this.#saved = max_iterations;
  }

  /** Goes through the flow, again and again until it succeeds; once, if several ask. */
  signIn(): Promise<void> {
    this.#signingIn ??= this.#signInAtLast().finally(() => (this.#signingIn = undefined));
    return this.#signingIn;
  }

  async #signInAtLast(): Promise<void> {
    while (!this.#living.aborted) {
      const cookie = await this.#tryToSignIn().catch(() => undefined);
      if (cookie !== undefined) {
        this.#cookie = cookie;
        this.#signIns += 1;
        return;
      }
      await delay(SIGN_IN_PAUSE_MS);
    }
  }

  async #tryToSignIn(): Promise<string | undefined> {
    const { url } = this.#anyServer();
    const begun = await fetch(`${url}/oauth/github/authorize`, { redirect: 'manual' });
    const callback = await this.#site.github.authorize(begun.headers.get('location')!, this.login);
    const ended = await fetch(url + pathOf(callback), {
      redirect: 'manual',
      headers: { cookie: cookiesOf(begun).join('; ') },
    });
    return cookiesOf(ended).find((cookie) => cookie.startsWith('openhands_auth='));
  }

  /**
   * A pair may be lost when somebody asks, and the user have signed in again, as another of their requests was told so, when
   * the answer comes.
   */
  async #ask(method: string, path: string, body?: object): Promise<Answer> {
    const began = performance.now();
    const signIn = this.#signIns;
    const wasPairLost = this.#isPairLost;
    const answer = await this.#fetch(method, this.#anyServer().url + path, body);
    const isPairLost = wasPairLost || this.#isPairLost;
    this.#findings.answered({ login: this.login, what: `${method} ${path}`, began, isPairLost, ...answer });
    if (answer.status === 401) await this.#signedOut(signIn);
    return { ...answer, isPairLost };
  }

  async #fetch(method: string, url: string, body?: object): Promise<Omit<Answer, 'isPairLost'>> {
    try {
      const answer = await fetch(url, {
        method,
        headers: { cookie: this.#cookie, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(LONGEST_ANSWER_MS),
      });
      return { status: answer.status, text: await answer.text() };
    } catch (error) {
      const { name, cause } = error as Error;
      return { status: 0, text: name === 'TimeoutError' ? name : String(cause ?? error) };
    }
  }

  /**
   * GitHub has ended no grant. Only a pair that was lost with a killed process costs a sign-in.
   *
   * @param signIn - which one has ended. If there is another one by now, this was looked into.
   */
  async #signedOut(signIn: number): Promise<void> {
    if (signIn !== this.#signIns || this.#signingIn !== undefined) return this.#signingIn;
    if (this.#isPairLost) this.#findings.lostWithAProcess += 1;
    else this.#findings.add(`${this.login} was signed out, though GitHub has not: ${this.#evidence()}`);
    await this.signIn();
  }

  get #isPairLost(): boolean {
    return this.#site.isLostWithAProcess(this.login);
  }

  #evidence(): string {
    const { id } = this.#site.github.directory.user(this.login);
    return this.#site.linesAbout(String(id)).join('\n    ');
  }

  #anyServer() {
    const { servers } = this.#site;
    return servers[Math.floor(this.#random() * servers.length)]!;
  }
}

function cookiesOf({ headers }: Response): string[] {
  return headers.getSetCookie().map((line) => line.split(';', 1)[0]!);
}
