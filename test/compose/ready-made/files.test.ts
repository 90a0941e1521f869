import { fileURLToPath } from 'node:url';
import express from 'express';
import favicon from 'serve-favicon';
import { declarations } from '../../../lib/compose.ts';
import { get, shows } from './shows.ts';

describe('The ready declarations of what serves files', () => {
  const folder = fileURLToPath(new URL('.', import.meta.url));
  const file = '/files.test.ts';

  shows(
    declarations.expressStatic,
    [express.static(folder), express.static(fileURLToPath(new URL('..', import.meta.url)))],
    [
      get(file),
      get(file, { Range: 'bytes=0-3' }),
      get(file, { Range: 'bytes=999999999-' }),
      get(file, { 'If-Modified-Since': new Date(Date.now() + 60_000).toUTCString() }),
      get(file, { 'If-Match': '"another"' }),
      get('/ready-made'),
      get('/nothing'),
      get('/%'),
      get('/../secret'),
    ],
  );

  const icon = '/favicon.ico';
  shows(
    declarations.serveFavicon,
    [favicon(Buffer.from('an icon'))],
    [get(), get(icon), get(icon, { 'If-None-Match': '*' }), (agent) => agent.delete(icon)],
  );
});
