/** The physical limit: Node's own server, which answers with the bytes that this package's server has answered with. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type Ready, takePart } from '../server-side.ts';

/** What Node itself puts into each answer. */
const ITS_OWN = new Set(['date', 'connection', 'keep-alive']);

const server = fork(fileURLToPath(new URL('enterprise.ts', import.meta.url)));
const [{ port, path, cookies }] = (await once(server, 'message')) as [Ready];
const [answer] = (await once(
  get(`http://127.0.0.1:${port}${path}`, { headers: { cookie: cookies[0] ?? '' } }),
  'response',
)) as [IncomingMessage];
const body = await text(answer);
server.kill();

const headers: string[] = [];
for (let at = 0; at < answer.rawHeaders.length; at += 2) {
  const [name = '', value = ''] = answer.rawHeaders.slice(at, at + 2);
  if (!ITS_OWN.has(name.toLowerCase())) headers.push(name, value);
}
await takePart((_req, res) => void res.writeHead(200, headers).end(body));
