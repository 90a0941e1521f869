import { Writable } from 'node:stream';
import morgan from 'morgan';
import { pinoHttp } from 'pino-http';
import responseTime from 'response-time';
import { declarations } from '../../../lib/compose.ts';
import { get, shows } from './shows.ts';

describe('The ready declarations of what logs and measures', () => {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });

  shows(declarations.morgan, [morgan('tiny', { stream: nowhere })], [get()]);
  shows(declarations.pinoHttp, [pinoHttp({}, nowhere)], [get()]);
  shows(declarations.responseTime, [responseTime()], [get()]);
});
