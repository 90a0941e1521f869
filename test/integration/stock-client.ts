/**
 * The calls of the stock web client of OpenHands 0.25 and 0.27, as far as they concern this server: which, in which order,
 * with which bodies. Facts read from its `frontend/src/api`, `hooks` and `routes`; both versions make the same ones.
 */
import type { Response } from 'supertest';
import type { TestAgent } from '../../lib/testing/index.ts';

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
  readonly #agent: TestAgent;
  readonly #origin: string;
  /** What was called, and what it was answered with: `GET /api/settings 404`. */
  readonly calls: string[] = [];

  constructor(agent: TestAgent, origin: string) {
    this.#agent = agent;
    this.#origin = origin;
  }

  /** What every page asks first, whoever is there. */
  async open(): Promise<{ readonly mode: string; readonly settings: Response }> {
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
  async save(held: ClientSettings, changes: object = {}): Promise<Response> {
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

  /** What it asks as soon as `github_token_is_set`, in the OSS edition: the user, and all pages of repositories. */
  async showUserOfToken(): Promise<string[]> {
    await this.get('/api/github/user');
    return this.#pages('/api/github/repositories?sort=pushed', 100);
  }

  /** The same in the Enterprise edition: the repositories come by installation. */
  async showUserOfApp(): Promise<string[]> {
    await this.get('/api/github/user');
    const { body: installations } = await this.get('/api/github/installations');
    const names: string[] = [];
    for (const id of installations as number[]) {
      names.push(...(await this.#pages(`/api/github/repositories?sort=pushed&installation_id=${id}`, 30)));
    }
    return names;
  }

  get(path: string): Promise<Response> {
    return this.#call('GET', path, this.#agent.get(path));
  }

  post(path: string, body?: object): Promise<Response> {
    const call = this.#agent.post(path).set('Origin', this.#origin).set('Sec-Fetch-Site', 'same-origin');
    return this.#call('POST', path, body === undefined ? call : call.send(body));
  }

  async #pages(path: string, perPage: number): Promise<string[]> {
    const names: string[] = [];
    for (let page: string | undefined = '1'; page !== undefined;) {
      const { body } = await this.get(`${path}&page=${page}&per_page=${perPage}`);
      const repositories = body as { full_name: string; link_header: string }[];
      names.push(...repositories.map(({ full_name }) => full_name));
      page = /[?&]page=(\d+)[^>]*>;\s*rel="next"/.exec(repositories[0]?.link_header ?? '')?.[1];
    }
    return names;
  }

  async #call(method: string, path: string, call: Promise<Response>): Promise<Response> {
    const response = await call;
    this.calls.push(`${method} ${path} ${response.status}`);
    return response;
  }
}
