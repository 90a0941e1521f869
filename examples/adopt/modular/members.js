import { Router } from 'express4';

/** The members of the team in `res.locals`. */
export function members() {
  const router = Router();
  router.use(onMemberError);
  router.get('/', (_req, res) => res.json(res.locals.team.members));
  router.put('/:name', (req, res) => {
    const { members } = res.locals.team;
    if (!members.includes(req.params.name)) members.push(req.params.name);
    res.sendStatus(204);
  });
  return router;
}

function onMemberError(error, _req, res, _next) {
  res.status(422).json({ error: error.message });
}
