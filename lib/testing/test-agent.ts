import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';
import type { SuperTestStatic, Test } from 'supertest';
import { rememberStack } from './expect-conflict.ts';
import type { FakeGitHub } from './fake-github/fake-github.ts';

/** Somebody at a browser of their own, with cookies of their own: an agent of supertest that knows its way. */
export type TestAgent = ReturnType<SuperTestStatic['agent']> & {
  /**
   * Signs in with GitHub, continuing as this user on its consent page.
   *
   * @returns the agent itself.
   * @throws Error when the server does not let the user in, or has no sign-in.
   */
  signIn(login: string): Promise<TestAgent>;
  /**
   * Saves a personal access token in Settings, as on the page.
   *
   * @param token - such as `app.github.addPersonalAccessToken('octocat')`.
   * @returns the agent itself.
   * @throws Error when the server does not take it.
   */
  saveToken(token: string): Promise<TestAgent>;
};

/** The requests of agents that are under way, by the name that the agent has given each. */
export type RequestsUnderWay = Map<string, IncomingMessage>;

/** The header that carries that name. */
export const REQUEST_NAME = 'x-test-request';

export function testAgent(
  { agent: createAgent }: SuperTestStatic,
  url: string,
  github: FakeGitHub,
  requests: RequestsUnderWay,
): TestAgent {
  const agent = createAgent(url);
  agent.use((test: Test) => {
    const name = randomUUID();
    test.set(REQUEST_NAME, name);
    test.on('response', (response: object) => {
      const request = requests.get(name) as Partial<Request> | undefined;
      requests.delete(name);
      if (request?.stack !== undefined) rememberStack(response, request.stack);
    });
  });

  const self: TestAgent = Object.assign(agent, {
    async signIn(login: string) {
      const start = await agent.get('/oauth/github/authorize');
      const { location } = start.headers as { location?: string };
      if (location === undefined) throw new Error(`There is no sign-in here: ${start.status} ${start.text}`);
      const callback = new URL(await github.authorize(location, login));
      const end = await agent.get(`${callback.pathname}${callback.search}`);
      if (end.status !== 302) throw new Error(`${login} was not let in: ${end.status} ${end.text}`);
      return self;
    },
    async saveToken(token: string) {
      const { status, text } = await agent.post('/api/settings').send({ github_token: token });
      if (status !== 200) throw new Error(`The token was not saved: ${status} ${text}`);
      return self;
    },
  });
  return self;
}
