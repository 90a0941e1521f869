/** Keys such as `$where` are operators of the database. */
function sanitizeBody(req, _res, next) {
  for (const key of Object.keys(req.body ?? {})) if (key.startsWith('$')) delete req.body[key];
  next();
}

const TOKENS = new Map([['ada-token', { name: 'ada' }]]);

/** Who sends the request, if anybody says so. */
function optionalUser(req, _res, next) {
  const [, token] = (req.get('Authorization') ?? '').split(' ');
  if (token === undefined) next();
  findUser(token, (user) => {
    req.user = user;
    next();
  });
}

/** As slow as a database. */
function findUser(token, done) {
  setImmediate(() => done(TOKENS.get(token)));
}

/** The page of a list, with defaults. */
function pagination(req, _res, next) {
  req.query = { page: '1', size: '2', ...req.query };
  next();
}

/** Clients send digits, and we count. */
function numbers({ query }, _res, next) {
  for (const key of ['page', 'size']) if (key in query) query[key] = Number(query[key]);
  next();
}

module.exports = { numbers, optionalUser, pagination, sanitizeBody };
