import assert from 'node:assert/strict';
import cookieParser from 'cookie-parser';
import express from 'express';
import * as OpenApiValidator from 'express-openapi-validator';
import { body, check, query } from 'express-validator';
import request from 'supertest';
import { declarations } from '../../../lib/compose.ts';
import { get, post, shows } from './shows.ts';
import { type Ask, watchHandler } from './watch-handler.ts';

const FORM = 'application/x-www-form-urlencoded';

/** A description that has something for each kind of failure. */
const API = {
  openapi: '3.0.3',
  info: { title: 'Users', version: '1' },
  components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Key' } } },
  paths: {
    '/users': {
      post: {
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['name'],
                properties: {
                  name: { type: 'string' },
                  age: { type: 'integer', default: 1 },
                },
              },
            },
          },
        },
        responses: { 200: { description: 'done' } },
      },
    },
    '/secrets': { get: { security: [{ key: [] }], responses: { 200: { description: 'done' } } } },
    '/files': {
      post: {
        requestBody: {
          content: {
            'multipart/form-data': {
              schema: {
                type: 'object',
                properties: { file: { type: 'string', format: 'binary' } },
              },
            },
          },
        },
        responses: { 200: { description: 'done' } },
      },
    },
  },
} as const;

describe('The ready declarations of what validates requests', () => {
  const validator = OpenApiValidator.middleware({
    apiSpec: API,
    validateSecurity: {
      handlers: {
        key(req) {
          if (req.headers['x-key'] !== 'right')
            throw Object.assign(new Error('not this one'), { status: 403 });
          return true;
        },
      },
    },
  });
  const json =
    (path: string, sent: object): Ask =>
    (agent) =>
      agent.post(path).send(sent);
  shows(
    declarations.expressOpenapiValidator,
    [express.Router().use(validator)],
    [
      json('/users', { name: 'ada' }),
      json('/users', {}),
      post('text/plain', 'ada'),
      get('/secrets'),
      get('/secrets', { 'X-Key': 'wrong' }),
      get('/users'),
      (agent) => agent.post('/users').type('text/plain').send('ada'),
      (agent) => agent.post('/files').attach('file', Buffer.from('text'), 'file.txt'),
    ],
    [express.json()],
  );

  it('say of express-validator what it rewrites, but for where it keeps its findings, which no key can name', async () => {
    const doings = await watchHandler(
      [check('name').trim().isEmail(), body('name').trim()],
      [get('/', { Cookie: 'name=%20ada' }), post(FORM, 'name=%20ada')],
      [cookieParser(), express.urlencoded()],
    );
    assert.deepEqual(doings, {
      keys: [...declarations.expressValidator.updates, 'req.express-validator#contexts'],
      headers: [],
      ends: [],
      fails: [],
    });
  });

  it('leave out that express-validator changes the query, for Express 5 loses that', async () => {
    const app = express().use(query('name').trim(), (req, res) => void res.json(req.query));
    assert.deepEqual((await request(app).get('/?name=%20ada')).body, { name: ' ada' });
  });
});
