/**
 * For the `after` of middleware that may end a response: every answer is logged, and carries its id and
 * the security, CORS and cache headers, a refusal too.
 */
export const ON_EVERY_ANSWER = [
  'request-id?',
  'request-log?',
  'security-headers?',
  'cors?',
  'cache-control?',
] as const;
