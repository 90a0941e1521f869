/** Values that a browser keeps for this server: signed, with an end, and good for one purpose only. */
import { sign, unsign } from 'cookie-signature';
import { ownCopy } from '../../oss/own-copy.ts';
import type { Secret } from '../../oss/secret.ts';
import type { Document } from '../../oss/storage/document-store.ts';
import { parseDocument } from '../../oss/storage/parse-document.ts';
import { RecentEntries } from '../recent-entries.ts';

/** What every signed value says of itself besides what it is kept for. */
export interface SignedValueLifetime {
  /** Milliseconds since 1970. */
  readonly issued_at: number;
  /** Milliseconds since 1970; from this moment on the value is refused. */
  readonly ends_at: number;
}

export interface SignedValuesOptions {
  /** The first signs, all verify; so a new one is put in front, and the old one taken out a session's length later. */
  readonly secrets: readonly [Secret, ...Secret[]];
  readonly now: () => number;
}

/** Browsers keep 4,096 bytes of a cookie; whatever is longer is none of ours, and not worth hashing. */
const LONGEST = 4096;
/** In characters: a session's value has some 250. Longer ones, which anybody can have made, must not fill the memory. */
const LONGEST_REMEMBERED = 512;
/** Long beside what it costs to verify a value once more; then those are forgotten who have gone. */
const REMEMBERED_MS = 600_000;

/**
 * Signs and reads the values of cookies, with `cookie-signature` (HMAC-SHA256). The purpose is part of what is
 * signed: a value made for one cookie is refused in another.
 */
export class SignedValues {
  readonly #secrets: readonly [Secret, ...Secret[]];
  readonly #now: () => number;
  /**
   * What is in values that were rightly signed: a browser sends the same one with each request. For the life of these secrets
   * that stays true; when a value ends, and what it is for, is looked at each time.
   */
  readonly #genuine = new RecentEntries<Document>({ keepMs: REMEMBERED_MS });

  constructor({ secrets, now }: SignedValuesOptions) {
    this.#secrets = secrets;
    this.#now = now;
  }

  /**
   * @param purpose - what the value is for; the same has to be given to {@link SignedValues.read}.
   * @param content - what to keep. It is signed, not encrypted: the browser's owner can read it.
   * @param ttlMs - how long the value is good, in milliseconds from now.
   */
  write(purpose: string, content: Readonly<Record<string, unknown>>, ttlMs: number): string {
    const issued_at = this.#now();
    const signed = { ...content, purpose, issued_at, ends_at: issued_at + ttlMs };
    return sign(Buffer.from(JSON.stringify(signed)).toString('base64url'), this.#secrets[0].reveal());
  }

  /** The content, or `undefined` for a value that is forged, damaged, over, or signed for another purpose. */
  read(purpose: string, value: string): (Record<string, unknown> & SignedValueLifetime) | undefined {
    if (value.length > LONGEST) return undefined;
    const known = this.#genuine.get(value);
    if (known !== undefined) return this.#current(purpose, known);
    for (const secret of this.#secrets) {
      const encoded = unsign(value, secret.reveal());
      if (encoded === false) continue;
      // Rightly signed, but perhaps by another program with the same secret: it may be anything.
      const content = parseDocument(Buffer.from(encoded, 'base64url').toString());
      if (content === undefined) return undefined;
      if (value.length <= LONGEST_REMEMBERED) this.#genuine.set(ownCopy(value), content);
      return this.#current(purpose, content);
    }
    return undefined;
  }

  #current(purpose: string, content: Document): (Record<string, unknown> & SignedValueLifetime) | undefined {
    if (content.purpose !== purpose) return undefined;
    const { issued_at, ends_at } = content;
    if (typeof issued_at !== 'number' || typeof ends_at !== 'number' || this.#now() >= ends_at)
      return undefined;
    return { ...content, issued_at, ends_at };
  }
}
