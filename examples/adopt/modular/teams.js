import express from 'express4';
import { members } from './members.js';
import { allTeams, teamNamed } from './store.js';

/** Teams, and below each its members. */
export function teams() {
  const router = express.Router();
  router.use(express.json());
  router.get('/', page, (req, res) => {
    const list = [...allTeams().values()];
    res.json(list.slice(0, Number(req.query.size)));
  });
  router.post('/', create, announce);
  router.get('/:team', (req, res) => res.json(teamNamed(req.params.team)));
  router.use('/:team/members', logTeam, loadTeam, members());
  return router;
}

/** The size of a page, if the client names none. */
function page(req, _res, next) {
  req.query.size ??= '10';
  next();
}

function create(req, res, next) {
  const team = { name: req.body.name, members: [req.user.name] };
  allTeams().set(team.name, team);
  res.status(201).json(team);
  next();
}

/** Tells the others of a new team. */
function announce(req) {
  req.app.emit('team', req.body.name);
}

function logTeam(req, res, next) {
  req.app.emit('line', `${req.method} ${req.originalUrl} of ${res.locals.team?.name ?? 'no team'}`);
  next();
}

function loadTeam(req, res, next) {
  res.locals.team = teamNamed(req.params.team);
  next();
}
