export { SaasServerConfig } from './saas-server-config.ts';
