/** What users import. */
export * from './compose.ts';
export * from './oss/index.ts';
export { createApp, openhands, type OpenHandsApp } from './app.ts';
