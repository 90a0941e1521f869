/**
 * The fake's methods over HTTP, for a test in another process: `POST /_control/<method>` with a JSON object of
 * arguments. It is not guarded: the fake listens on the loopback address only, and guards nothing.
 */
import { type Call, failure, json, type Route } from './answer.ts';
import type { FakeGitHubApp } from './app.ts';
import type { FakeGitHubBehavior } from './behavior.ts';
import type { Calls } from './calls.ts';
import type { Fault } from './fault.ts';
import type { Faults } from './faults.ts';
import type { Tokens } from './tokens.ts';

/** What can be asked of a fake from another process. */
export interface Controllable {
  readonly url: string;
  readonly apiUrl: string;
  readonly app: FakeGitHubApp;
  readonly options: FakeGitHubBehavior;
  readonly faults: Faults;
  readonly calls: Calls;
  readonly tokens: Tokens;
  advance(ms: number): void;
  authorize(url: string, login: string): Promise<string>;
  deny(url: string): unknown;
  addPersonalAccessToken(login: string): string;
  revokeToken(token: string): unknown;
  revokeAuthorization(login: string): unknown;
}

type Method = (args: Readonly<Record<string, unknown>>) => unknown;

export function controlRoutes(github: Controllable): Route[] {
  const methods: Readonly<Record<string, Method>> = {
    describe: () => ({ url: github.url, apiUrl: github.apiUrl, app: github.app, options: github.options }),
    options: (args) => Object.assign(github.options, args),
    advance: ({ ms }) => github.advance(Number(ms)),
    authorize: ({ url, login }) => github.authorize(String(url), String(login)),
    deny: ({ url }) => github.deny(String(url)),
    addPersonalAccessToken: ({ login }) => github.addPersonalAccessToken(String(login)),
    revokeToken: ({ token }) => github.revokeToken(String(token)),
    revokeAuthorization: ({ login }) => github.revokeAuthorization(String(login)),
    addFault: (fault) => github.faults.add(fault as unknown as Fault),
    clearFaults: () => github.faults.clear(),
    calls: () => ({
      all: github.calls.all,
      refreshes: github.calls.refreshes,
      exchanges: github.calls.exchanges,
      reusedRefreshTokens: github.tokens.reusedRefreshTokens,
    }),
  };
  return [
    {
      on: 'POST /_control/{method}',
      handle: async (call: Call) => {
        const method = methods[call.params.method ?? ''];
        if (method === undefined) return failure(404, `There are: ${Object.keys(methods).join(', ')}.`);
        try {
          return json(200, { result: (await method(call.body)) ?? null });
        } catch (error) {
          return failure(422, String(error));
        }
      },
    },
  ];
}
