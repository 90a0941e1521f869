/** Lights up whatever belongs to one middleware, in the picture and in the requests alike, by `data-position`. */

const LIT = 'lit';

/** @param {Iterable<number>} positions @param {Iterable<string>} [keys] of `req.state` */
export function light(positions, keys = []) {
  darken();
  const selectors = [
    ...[...positions].map((position) => `[data-position="${position}"]`),
    ...[...keys].map((key) => `[data-key="${CSS.escape(key)}"]`),
  ];
  if (selectors.length === 0) return;
  for (const element of document.querySelectorAll(selectors.join(','))) element.classList.add(LIT);
  document.body.classList.add('spotlight');
}

export function darken() {
  for (const element of document.querySelectorAll(`.${LIT}`)) element.classList.remove(LIT);
  document.body.classList.remove('spotlight');
}
