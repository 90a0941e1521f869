import type { Route } from './answer.ts';

/** A picture for each user: the first letter of their login. */
export const avatarRoutes: readonly Route[] = [
  {
    on: 'GET /avatars/{login}.svg',
    handle: ({ params }) => ({
      status: 200,
      headers: { 'content-type': 'image/svg+xml' },
      body: picture(params.login ?? ''),
    }),
  },
];

function picture(login: string): string {
  const letter = /^[a-z0-9]/i.exec(login)?.[0].toUpperCase() ?? '';
  return (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" fill="#57606a"/>' +
    '<text x="20" y="27" font-family="sans-serif" font-size="20" text-anchor="middle" fill="#fff">' +
    `${letter}</text></svg>`
  );
}
