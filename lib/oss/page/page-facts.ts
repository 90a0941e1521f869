import { escaped } from '../openapi/html-text.ts';

/**
 * What the built-in page is told with its markup. The HTTP interface has no field for it: other clients are written for
 * that, and it stays as it is.
 */
export interface PageFacts {
  /** Where GitHub's own pages are, for links to them. */
  readonly github: string;
  /** Where the stack inspector is, relative to the page; undefined where it does not answer this person. */
  readonly inspector: string | undefined;
}

/** Puts facts into the head of the page, as `<meta>` elements. */
export function withFacts(html: string, { github, inspector }: PageFacts): string {
  const meta = Object.entries({ github, inspector }).flatMap(([name, value]) =>
    value === undefined ? [] : [`<meta name="openhands:${name}" content="${escaped(value)}">`],
  );
  return html.replace('</head>', () => `${meta.join('')}</head>`);
}
