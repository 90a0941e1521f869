const KEYS = new Map([['key-of-ada', 'ada']]);

/** Lets those in who have a key. */
export function requireKey(req, res, next) {
  const user = KEYS.get(req.get('X-Api-Key') ?? '');
  if (user === undefined) return res.status(401).json({ error: 'No key' });
  req.user = { name: user };
  return next();
}
