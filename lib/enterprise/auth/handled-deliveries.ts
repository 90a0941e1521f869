import type { DocumentStore } from '../../oss/storage/document-store.ts';
import { userDocumentKey } from '../storage/user-documents.ts';

/** How many are remembered of one user: GitHub delivers again what is less than three days old. */
const MOST = 20;
/** What GitHub sends is a GUID. It is not signed, so nothing else of it is believed. */
const DELIVERY = /^[\w-]{1,64}$/;

/**
 * The webhooks about a user that were dealt with. GitHub delivers one again when somebody asks it to, and the user may have
 * signed in since: then the old news must not end the new session.
 *
 * @see https://docs.github.com/webhooks/testing-and-troubleshooting-webhooks/redelivering-webhooks
 */
export class HandledDeliveries {
  readonly #documents: DocumentStore;

  constructor(documents: DocumentStore) {
    this.#documents = documents;
  }

  /**
   * Deals with a webhook, unless that has been done. If it fails, or the process ends, it will be done again.
   *
   * @param delivery - `X-GitHub-Delivery`; without one, nobody can tell it from another.
   * @returns whether it was dealt with now, and by nobody else at the same time.
   */
  async once(
    githubUserId: string,
    delivery: string | undefined,
    deal: () => Promise<void>,
  ): Promise<boolean> {
    if (delivery === undefined || !DELIVERY.test(delivery)) {
      await deal();
      return true;
    }
    const key = userDocumentKey(githubUserId, 'deliveries.json');
    if ((await this.#handled(key)).includes(delivery)) return false;
    await deal();
    return this.#documents.withLock(key, async () => {
      const handled = await this.#handled(key);
      if (handled.includes(delivery)) return false;
      await this.#documents.write(key, { handled: [...handled, delivery].slice(-MOST) });
      return true;
    });
  }

  async #handled(key: string): Promise<string[]> {
    const handled = (await this.#documents.read(key))?.handled;
    return Array.isArray(handled) ? handled.filter((one) => typeof one === 'string') : [];
  }
}
