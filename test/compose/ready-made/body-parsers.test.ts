import express from 'express';
import multer from 'multer';
import { declarations } from '../../../lib/compose.ts';
import { post, shows } from './shows.ts';

describe('The ready declarations of body parsers', () => {
  const limit = 40;
  const long = `[${'1'.repeat(limit)}]`;

  for (const [declaration, handler, type] of [
    [declarations.expressJson, express.json({ limit }), 'application/json'],
    [declarations.expressUrlencoded, express.urlencoded({ limit }), 'application/x-www-form-urlencoded'],
    [declarations.expressRaw, express.raw({ limit }), 'application/octet-stream'],
    [declarations.expressText, express.text({ limit }), 'text/plain'],
  ] as const) {
    shows(
      declaration,
      [handler],
      [post(type, '[1]'), post(type, long), post(type, '[1]', 'x-odd'), post(type, '[1]', 'gzip')],
    );
  }

  const upload = multer({ storage: multer.memoryStorage() });
  shows(
    declarations.multer,
    [upload.single('one'), upload.array('one')],
    [
      (agent) => agent.post('/').attach('one', Buffer.from('a file'), 'file.txt').field('a', '1'),
      (agent) => agent.post('/').attach('other', Buffer.from('a file'), 'file.txt'),
      post('multipart/form-data', 'no boundary'),
    ],
  );
});
