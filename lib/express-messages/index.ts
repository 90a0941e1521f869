/** Servers that make their requests and responses for an Express app. Imports Node's own modules only. */
export { messageClassesFor, type MessageClasses, type MessagePrototypes } from './message-classes.ts';
export { listen, type ListenCallback, type ListenParameters } from './listen.ts';
