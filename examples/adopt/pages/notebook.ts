import { Router } from 'express';
import { requireUser } from './sign-in.ts';

interface Note {
  readonly title: string;
  readonly text: string;
}

/** Everybody's notes, kept as long as the process runs. */
export function notebook(): Router {
  const notes = new Map<string, Note>();
  let last = 0;

  const router = Router();
  router.use(requireUser);

  router.get('/', (req, res) => {
    const { word } = req.query;
    const found = [...notes].filter(([, { text }]) => typeof word !== 'string' || text.includes(word));
    res.render('notes', { notes: found, errors: req.flash('error') });
  });
  router.get('/:id', (req, res) => {
    res.render('note', { id: req.params.id, note: notes.get(req.params.id) ?? { title: '', text: '' } });
  });
  router.get('/new', (_req, res) => {
    res.render('note', { id: 'new', note: { title: 'A new note', text: '' } });
  });
  router.post('/', (req, res) => {
    const { title, text } = req.body as Note;
    if (title === '') {
      req.flash('error', 'A note needs a title.');
      res.redirect('/notes');
    }
    notes.set(String(++last), { title, text });
    res.redirect(`/notes/${last}`);
  });
  router.delete('/:id', (req, res) => {
    notes.delete(req.params.id);
    res.redirect('/notes');
  });
  return router;
}
