import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import express, { type ErrorRequestHandler } from 'express';
import { pino } from 'pino';
import { compose } from '../../../lib/compose.ts';
import { jsonBody } from '../../../lib/oss/middleware/json-body.ts';
import { errorHandler } from '../../../lib/oss/routes/errors.ts';

const HEAD =
  'POST /api/settings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n';

describe('json-body', () => {
  let conflicts: string[];
  let reached: number;

  /** @returns what is answered to a body of which only half comes, unless `onLate` has the rest of it sent. */
  async function answerToHalf(onLate?: (client: Socket) => ErrorRequestHandler): Promise<string> {
    conflicts = [];
    reached = 0;
    const stack = compose(
      { only: [jsonBody({ patienceMs: 50 })] },
      { onConflict: ({ id }) => void conflicts.push(id) },
    );
    const app = express().use(stack);
    app.use((_req, res) => {
      reached += 1;
      res.end();
    });
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    if (onLate) app.use(onLate(client));
    app.use(errorHandler({ log: pino({ enabled: false }) }));
    client.write(`${HEAD}{`);
    let answer = '';
    for await (const chunk of client) answer += String(chunk);
    server.close();
    await once(server, 'close');
    return answer;
  }

  it('gives up a body that comes too slowly, and the connection with it', async () => {
    const answer = await answerToHalf();
    assert.match(answer, /^HTTP\/1\.1 408 /);
    assert.match(answer, /\r\nConnection: close\r\n/);
    assert.match(answer, /"code":"request_timeout"/);
    assert.equal(reached, 0);
  });

  it('has given it up for good when the rest comes after all', async () => {
    const answer = await answerToHalf((client) => async (error, req, _res, next) => {
      client.write('}');
      await once(req, 'end');
      next(error);
    });
    assert.match(answer, /^HTTP\/1\.1 408 /);
    assert.deepEqual([reached, conflicts], [0, []]);
  });
});
