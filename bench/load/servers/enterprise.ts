/** This server: the Enterprise edition with its whole stack, tracking, metrics and the log at its usual level. */
import { SaasServerConfig } from '../../../lib/enterprise/saas-server-config.ts';
import { serveEdition } from '../edition.ts';

await serveEdition(new SaasServerConfig({ env: process.env }));
