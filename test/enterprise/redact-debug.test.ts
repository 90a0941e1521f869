import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { testApp } from '../../lib/testing/index.ts';

interface Debug {
  enable(namespaces: string): void;
  disable(): string;
}

/** The `debug` of a package below Express. */
function debugOf(name: string): Debug {
  const express = createRequire(createRequire(import.meta.url).resolve('express'));
  return createRequire(express.resolve(name))('debug') as Debug;
}

describe('DEBUG=*', () => {
  it('prints the addresses of requests, and of a sign-in neither code nor state', async () => {
    const app = await testApp('enterprise');
    const printed: string[] = [];
    const write = process.stderr.write.bind(process.stderr);
    const debugs = ['router', 'finalhandler', 'send'].map(debugOf);
    process.stderr.write = (text: string | Uint8Array) => {
      printed.push(String(text));
      return true;
    };
    for (const debug of debugs) debug.enable('*');
    try {
      const agent = await app.agent().signIn('octocat');
      await agent
        .get('/oauth/github/callback?CODE=3f2504e04f8911d39a0c&state=unknown-state&page=2')
        .expect(302);
    } finally {
      for (const debug of debugs) debug.disable();
      process.stderr.write = write;
      await app.close();
    }
    const text = printed.join('');
    assert.match(text, /\/oauth\/github\/callback\?code=\*&state=\*/);
    assert.match(text, /\?CODE=\*&state=\*&page=2/);
    for (const secret of app.github.secrets.all) {
      assert.ok(!text.includes(secret));
    }
    assert.doesNotMatch(text, /[?&](code|state)=[^*]/i);
  });
});
