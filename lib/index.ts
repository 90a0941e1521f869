/** What users import. */
export * from './compose.ts';
export * from './oss/index.ts';
export { createApp, openhands, type OpenHandsApp, type OpenHandsParts } from './app.ts';
export { messagesFor, type MessageClasses } from './server/express-messages.ts';
