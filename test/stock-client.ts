/**
 * The calls of the stock web client of OpenHands 0.25 and 0.27, as far as they concern this server: which, in which order,
 * with which bodies. Facts read from its `frontend/src/api`, `hooks` and `routes`; both versions make the same ones.
 */
import type { Response } from 'supertest';

/** What comes back from a call, by whatever means it was made. */
export type Answer = Pick<Response, 'status' | 'body'>;

/** Makes a call as a page of the server's own origin does: in a browser, or as one would. */
export type Send = (method: 'GET' | 'POST', path: string, body: object | undefined) => Promise<Answer>;

/** What the client holds of settings, under the names that it sends. */
export interface ClientSettings {
  readonly llm_model: string | null;
  readonly llm_base_url: string | null;
  readonly agent: string | null;
  readonly language: string | null;
  readonly confirmation_mode: boolean | null;
  readonly security_analyzer: string | null;
  readonly llm_api_key: string | null;
  readonly remote_runtime_resource_factor: number | null;
  readonly enable_default_condenser: boolean;
}

/** What the client shows while nothing is stored, and what "Reset to defaults" posts. */
export const DEFAULTS: ClientSettings = {
  llm_model: 'anthropic/claude-3-5-sonnet-20241022',
  llm_base_url: '',
  agent: 'CodeActAgent',
  language: 'en',
  confirmation_mode: false,
  security_analyzer: '',
  llm_api_key: null,
  remote_runtime_resource_factor: 1,
  enable_default_condenser: true,
};

/** One browser tab. */
export class StockClient {
  readonly #send: Send;
  /** The settings that it has read last; it writes them all back with each change. */
  #held: ClientSettings = DEFAULTS;
  /** What was called, and what it was answered with: `GET /api/settings 404`. */
  readonly calls: string[] = [];

  constructor(send: Send) {
    this.#send = send;
  }

  /** What every page asks first. */
  async open(): Promise<{ readonly mode: string; readonly settings: Answer }> {
    const [config, settings] = await Promise.all([
      this.get('/api/options/config'),
      this.get('/api/settings'),
    ]);
    return { mode: (config.body as { APP_MODE: string }).APP_MODE, settings };
  }

  /** What the form for settings offers to choose from: one after the other. */
  async openSettingsForm(): Promise<void> {
    for (const name of ['models', 'agents', 'security-analyzers']) await this.get(`/api/options/${name}`);
  }

  /** Saves what the client holds with what has changed, then reads it again. A mask is not sent, nor is a key of null. */
  async save(held: ClientSettings, changes: object = {}): Promise<Answer> {
    const { llm_api_key, agent, language, ...body } = { ...held, ...changes };
    const isKeySent = llm_api_key !== null && llm_api_key !== '**********';
    await this.post('/api/settings', {
      ...body,
      agent: agent ?? DEFAULTS.agent,
      language: language ?? DEFAULTS.language,
      ...(isKeySent && { llm_api_key }),
    });
    return this.get('/api/settings');
  }

  /**
   * What it asks as soon as `github_token_is_set`, in the OSS edition: the user, and all pages of repositories. Any error
   * of the former removes the token.
   */
  async showUserOfToken(): Promise<string[]> {
    const { status } = await this.get('/api/github/user');
    if (status !== 200) await this.save(this.#held, { unset_github_token: true });
    return this.#pages('/api/github/repositories?sort=pushed', 100);
  }

  /** The same in the Enterprise edition: the repositories come by installation, and any error of the user signs out. */
  async showUserOfApp(): Promise<string[]> {
    const { status } = await this.get('/api/github/user');
    if (status !== 200) await this.post('/api/logout');
    const installations = await this.get('/api/github/installations');
    const names: string[] = [];
    if (installations.status !== 200) return names;
    for (const id of installations.body as number[]) {
      names.push(...(await this.#pages(`/api/github/repositories?sort=pushed&installation_id=${id}`, 30)));
    }
    return names;
  }

  get(path: string): Promise<Answer> {
    return this.#call('GET', path);
  }

  post(path: string, body?: object): Promise<Answer> {
    return this.#call('POST', path, body);
  }

  async #pages(path: string, perPage: number): Promise<string[]> {
    const names: string[] = [];
    for (let page: string | undefined = '1'; page !== undefined;) {
      const { status, body } = await this.get(`${path}&page=${page}&per_page=${perPage}`);
      if (status !== 200) break;
      const repositories = body as { full_name: string; link_header: string }[];
      names.push(...repositories.map(({ full_name }) => full_name));
      page = /[?&]page=(\d+)[^>]*>;\s*rel="next"/.exec(repositories[0]?.link_header ?? '')?.[1];
    }
    return names;
  }

  async #call(method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
    // In the order of the calls; two at once may be answered in any.
    const place = this.calls.push(`${method} ${path}`) - 1;
    const answer = await this.#send(method, path, body);
    this.calls[place] = `${method} ${path} ${answer.status}`;
    if (method === 'GET' && path === '/api/settings' && answer.status === 200)
      this.#held = answer.body as ClientSettings;
    return answer;
  }
}
