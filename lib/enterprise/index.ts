/** The Enterprise edition: `OPENHANDS_CONFIG_CLS=openhands-express/enterprise#SaasServerConfig`. */
import './request-state.ts';

export { SaasServerConfig } from './saas-server-config.ts';
