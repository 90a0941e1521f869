/** What users import. */
export * from './compose.ts';
export * from './oss/index.ts';
export { createApp, openhands, type OpenHandsApp, type OpenHandsParts } from './app.ts';
export type { MessageClasses } from './express-messages/index.ts';
// eslint-disable-next-line @typescript-eslint/no-deprecated -- Kept for one version, for those who have it.
export { messagesFor } from './server/messages-for.ts';
