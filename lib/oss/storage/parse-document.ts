import type { Document } from './document-store.ts';

/** The document that `text` is, or `undefined` when it is none. */
export function parseDocument(text: string): Document | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Document)
      : undefined;
  } catch {
    return undefined;
  }
}
