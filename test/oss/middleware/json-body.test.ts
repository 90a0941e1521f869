import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import express from 'express';
import { pino } from 'pino';
import { compose } from '../../../lib/compose.ts';
import { jsonBody } from '../../../lib/oss/middleware/json-body.ts';
import { errorHandler } from '../../../lib/oss/routes/errors.ts';

describe('json-body', () => {
  it('gives up a body that comes too slowly, and the connection with it', async () => {
    const stack = compose({ only: [jsonBody({ patienceMs: 50 })] }, { onConflict: 'error' });
    const app = express().use(stack);
    let reached = 0;
    app.use((_req, res) => {
      reached += 1;
      res.end();
    });
    app.use(errorHandler({ log: pino({ enabled: false }) }));
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(
      'POST /api/settings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    );
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    assert.match(answer, /^HTTP\/1\.1 408 /);
    assert.match(answer, /\r\nConnection: close\r\n/);
    assert.match(answer, /"code":"request_timeout"/);
    assert.equal(reached, 0);
    server.close();
  });
});
