import { messageClassesFor } from '../express-messages/message-classes.ts';

/** @deprecated Use `messageClassesFor` of `openhands-express/express-messages`. The next version has this name no more. */
export const messagesFor = messageClassesFor;
