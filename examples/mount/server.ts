import { openhands } from 'openhands-express';
import { shop } from './shop.ts';

const edition = await openhands({
  env: { ...process.env, OPENHANDS_CONFIG_CLS: 'openhands-express/enterprise#SaasServerConfig' },
});
const server = shop(edition).listen(8080, '127.0.0.1');

process.once('SIGTERM', () => {
  server.close(() => void edition.close());
});
