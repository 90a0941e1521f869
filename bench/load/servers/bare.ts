/** The same route on Express alone: nobody is asked who they are. */
import express from 'express';
import { showSettings } from '../../../lib/oss/settings/settings.ts';
import { takePart } from '../server-side.ts';
import { openStore, settingsOf, USERS } from '../users.ts';

const documents = openStore();
const app = express();
app.get('/api/settings', async (_req, res) => {
  const settings = await settingsOf(documents, USERS[0] ?? '').load();
  if (settings === undefined) res.status(404).end();
  else res.json(showSettings(settings, true));
});
await takePart(app);
