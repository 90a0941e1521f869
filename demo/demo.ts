/**
 * `npm run demo`: the Enterprise edition, and a GitHub for it, in one command and with nothing to set up. The server is
 * the ordinary `server.ts`; only what it is told is the demo's. Ends with Ctrl-C, and leaves nothing behind.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FakeGitHub } from '../lib/testing/index.ts';
import { answers } from './answers.ts';
import { freePort } from './free-port.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const port = await freePort(Number(process.env.PORT ?? 3000));
const address = `http://127.0.0.1:${port}`;
const github = await FakeGitHub.listen({ port: 3001 }).catch(() => FakeGitHub.listen());
const fileStore = await mkdtemp(join(tmpdir(), 'openhands-demo-'));

const server = spawn(process.execPath, ['--import', 'tsx', 'server.ts'], {
  cwd: root,
  stdio: 'inherit',
  env: {
    LOG_LEVEL: 'warn',
    STACK_INSPECTOR: '1',
    ...process.env,
    HOST: '127.0.0.1',
    PORT: String(port),
    PUBLIC_URL: address,
    FILE_STORE_PATH: fileStore,
    OPENHANDS_CONFIG_CLS: './lib/enterprise/saas-server-config.ts#SaasServerConfig',
    ...github.environment,
  },
});
const ended = once(server, 'exit');
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => server.kill('SIGTERM'));

if (await Promise.race([answers(`${address}/health`), ended.then(() => false)])) {
  console.log(`
  The demo is running.

    Open    ${address}
    Stack   ${address}/stack  (its middleware, and every request through it, live)
    GitHub  ${github.url}  (a stand-in on this machine; sign in as any of its users)
    Stop    Ctrl-C
`);
}

const [code] = (await ended) as [number | null];
await github.close();
await rm(fileStore, { recursive: true, force: true });
process.exitCode = code ?? 1;
