import { createHmac } from 'node:crypto';
import { types } from 'node:util';
import type { Request } from 'express';
import { BODY_MS, bodyDeadline } from '../../oss/body-deadline.ts';
import { HttpError } from '../../oss/errors.ts';
import type { Secret } from '../../oss/secret.ts';

/** The longest that GitHub sends, in bytes (its docs, "Webhook events and payloads"). */
const LONGEST = 25 * 1024 * 1024;

export interface SignedBodyOptions {
  /** Each may be what the body was signed with. */
  readonly secrets: readonly Secret[];
  /** As many bytes are held, so that the body can be read; with 0 it is checked, and let go. */
  readonly keep: number;
  /** How long the body may take, in milliseconds; 10 seconds unless given. */
  readonly patienceMs?: number;
}

/** A body, and what it may have been signed with. */
export interface SignedBody {
  /** Empty if nothing was to be kept. */
  readonly bytes: Buffer;
  /** Its signatures by each of the secrets, as GitHub writes them: `sha256=` and 64 digits. */
  readonly signatures: readonly string[];
}

/**
 * Reads a body as it was sent, and signs it on the way: until somebody has looked at the signature, a body is a
 * stranger's, so it is neither held nor inflated.
 *
 * @throws HttpError 408, 413 or 415 for a body that takes too long, is too long, or is encoded.
 */
export async function readSignedBody(
  req: Request,
  { secrets, keep, patienceMs = BODY_MS }: SignedBodyOptions,
): Promise<SignedBody> {
  // GitHub signs what it sends, and encodes nothing.
  if (!/^(identity)?$/i.test(req.get('Content-Encoding') ?? '')) {
    throw new HttpError(415, 'unsupported_media_type', 'A webhook has no Content-Encoding.');
  }
  const longest = keep === 0 ? LONGEST : keep;
  if (Number(req.get('Content-Length')) > longest) throw tooLong();
  let stopWaiting = (): void => undefined;
  const late = new Promise<never>((_resolve, reject) => {
    stopWaiting = bodyDeadline(patienceMs, reject);
  });
  try {
    return await Promise.race([readAndSign(req, secrets, keep > 0, longest), late]);
  } finally {
    stopWaiting();
  }
}

/** The body that a parser in front of this server has left as it was sent; undefined when it has not. */
export function bodyLeftByParser(req: Request): Buffer | undefined {
  const { rawBody, body } = req as { rawBody?: unknown; body?: unknown };
  const left = [rawBody, body].find((it) => typeof it === 'string' || types.isUint8Array(it));
  return left === undefined ? undefined : Buffer.from(left);
}

/** @returns the signatures of a body that is already there. */
export function signaturesOf(bytes: Buffer, secrets: readonly Secret[]): string[] {
  return secrets.map(
    (secret) => `sha256=${createHmac('sha256', secret.reveal()).update(bytes).digest('hex')}`,
  );
}

async function readAndSign(
  req: Request,
  secrets: readonly Secret[],
  isKept: boolean,
  longest: number,
): Promise<SignedBody> {
  const digests = secrets.map((secret) => createHmac('sha256', secret.reveal()));
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    // Left undestroyed, the connection can still carry the answer.
    for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > longest) throw tooLong();
      for (const digest of digests) digest.update(chunk);
      if (isKept) chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof HttpError) throw error;
    throw new HttpError(400, 'bad_request', 'The request ended before its body did.', { cause: error });
  }
  return {
    bytes: Buffer.concat(chunks),
    signatures: digests.map((digest) => `sha256=${digest.digest('hex')}`),
  };
}

function tooLong(): HttpError {
  return new HttpError(413, 'body_too_large', 'The body of this event is longer than any of its kind.', {
    headers: { Connection: 'close' },
  });
}
