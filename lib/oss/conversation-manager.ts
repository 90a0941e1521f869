import type { Request } from 'express';

/** What a host that runs conversations gives, so that its routes find the conversation of a request. */
export interface ConversationManager {
  /**
   * Called for every request under `/api/conversations/<conversationId>/`.
   *
   * @param req - the request, for the host's own check of who may see this conversation.
   * @returns the conversation, or undefined when there is none by that id: the answer is then a 404.
   */
  attachToConversation(conversationId: string, req: Request): Promise<unknown>;
  /** Called once for each conversation that was attached, when the response has ended or its client has gone. */
  detachFromConversation(conversation: unknown): Promise<void>;
}
