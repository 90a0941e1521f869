import assert from 'node:assert/strict';
import express, { Router } from 'express';
import { pino } from 'pino';
import supertest from 'supertest';
import { HttpError } from '../../../lib/oss/errors.ts';
import { errorHandler } from '../../../lib/oss/routes/errors.ts';
import { resource } from '../../../lib/oss/routes/resource.ts';

const silent = pino({ level: 'silent' });

describe('a resource', () => {
  const router = Router();
  resource(router, '/thing', { get: (_req, res) => res.json('thing'), post: (_req, _res, next) => next() });
  const app = express()
    .use(router)
    .post('/thing', (_req, res) => res.json('a later route'))
    .use(errorHandler({ log: silent }));

  it('answers GET, and HEAD with it', async () => {
    await supertest(app).get('/thing').expect(200, '"thing"');
    await supertest(app).head('/thing').expect(200);
  });

  it('leaves what its handler passes on to later routes', async () => {
    await supertest(app).post('/thing').expect(200, '"a later route"');
  });

  it('says what it takes, to OPTIONS and to any other method', async () => {
    await supertest(app).options('/thing').expect(204).expect('Allow', 'GET, HEAD, POST, OPTIONS');
    await supertest(app).put('/thing').expect(405).expect('Allow', 'GET, HEAD, POST, OPTIONS');
  });
});

describe('the error handler', () => {
  const failWith = (error: unknown) =>
    supertest(
      express()
        .get('/', () => {
          throw error;
        })
        .get('/half', (_req, res) => {
          res.write('half');
          throw error;
        })
        .use(errorHandler({ log: silent })),
    );

  it('sends what an HttpError says, with its headers, and lets nobody keep it', async () => {
    const error = new HttpError(429, 'rate_limit_exceeded', 'Too fast.', { headers: { 'Retry-After': '3' } });
    await failWith(error)
      .get('/')
      .expect(429, { error: 'Too fast.', code: 'rate_limit_exceeded' })
      .expect('Retry-After', '3')
      .expect('Cache-Control', /no-store/);
  });

  it('keeps everything else to itself', async () => {
    for (const error of [
      new Error('ghp_secret'),
      'ghp_secret',
      Object.assign(new Error('ghp_secret'), { status: 502 }),
    ]) {
      const { status, body } = await failWith(error).get('/');
      assert.equal(status, 500);
      assert.deepEqual(body, { error: 'Something went wrong on the server.', code: 'internal_error' });
    }
  });

  it("takes Express's own errors for what they are, without their words", async () => {
    const error = Object.assign(new Error("Failed to decode param 'ghp_secret'"), { status: 400 });
    await failWith(error)
      .get('/')
      .expect(400, { error: 'The request cannot be understood.', code: 'bad_request' });
  });

  it('breaks off an answer that has begun, so that it does not look whole', async () => {
    await assert.rejects(failWith(new Error('late')).get('/half'), /aborted|socket hang up|ECONNRESET/);
  });
});
