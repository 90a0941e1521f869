import { defineMiddleware } from '../../compose.ts';

/** The identity of the OSS edition: the personal access token in Settings. */
export function githubToken() {
  return defineMiddleware({
    name: 'github-token',
    path: '/api',
    reads: ['settings'],
    writes: ['github_token'],
    handle(req, _res, next) {
      const token = req.state.settings?.github_token;
      if (token) req.state.github_token = token;
      next();
    },
  });
}
