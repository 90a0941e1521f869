/**
 * For the `after` of whoever may end a response: then every answer is logged, and carries its id and the security, CORS
 * and cache headers, a refusal too.
 */
export const ON_EVERY_ANSWER = [
  'request-id?',
  'request-log?',
  'security-headers?',
  'cors?',
  'cache-control?',
] as const;
