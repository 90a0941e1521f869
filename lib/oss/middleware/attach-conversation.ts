import type { Request } from 'express';
import type { Logger } from 'pino';
import { defineMiddleware, type StateKey } from '../../compose.ts';
import type { ConversationManager } from '../conversation-manager.ts';
import { HttpError } from '../errors.ts';
import { ON_EVERY_ANSWER } from './on-every-answer.ts';

export interface AttachConversationOptions {
  readonly conversationManager: ConversationManager;
  /** The state keys that tell whose request it is, for the manager's own check. */
  readonly reads: readonly StateKey[];
  readonly log: Logger;
}

const CONVERSATION_PATH = /^\/api\/conversations\/(?<id>[^/]+)\/./i;

/**
 * Attaches requests under `/api/conversations/<id>/` to that conversation of the host's, and detaches them when the
 * response has ended, however it ended.
 */
export function attachConversation({ conversationManager, reads, log }: AttachConversationOptions) {
  return defineMiddleware({
    name: 'attach-conversation',
    path: '/api/conversations',
    reads,
    writes: ['conversation'],
    ends: [404],
    after: [...ON_EVERY_ANSWER, 'rate-limit?', 'cross-origin?'],
    async handle(req, res, next) {
      const id = req.method === 'OPTIONS' ? undefined : CONVERSATION_PATH.exec(req.path)?.groups?.id;
      if (id === undefined) {
        next();
        return;
      }
      const conversation = await conversationManager.attachToConversation(decode(id), req as Request);
      if (conversation === undefined || conversation === null) {
        throw new HttpError(404, 'conversation_not_found', 'Session not found');
      }
      const detach = () => {
        conversationManager.detachFromConversation(conversation).catch((err: unknown) => {
          log.error({ err }, 'A conversation could not be detached');
        });
      };
      // The client may have gone while the conversation was being attached.
      if (res.closed) detach();
      else res.once('close', detach);
      req.state.conversation = conversation;
      next();
    },
  });
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new HttpError(400, 'malformed_path', 'The address is not valid.');
  }
}
