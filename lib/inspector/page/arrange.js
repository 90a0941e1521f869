/** Where the plan and the requests stand: beside each other, or one after the other where there is no room for that. */
import { byId } from './dom.js';

/** As in inspector.css. */
const BESIDE = '(min-width: 1080px)';

/**
 * Where one has to scroll, what happens comes before what is planned. It moves in the document, so that a screen reader
 * and the keyboard find the order that is seen.
 */
export function arrange() {
  const beside = window.matchMedia(BESIDE);
  const place = () => {
    if (beside.matches) byId('requests').before(byId('plan'));
    else byId('requests').after(byId('plan'));
  };
  place();
  beside.addEventListener('change', place);
}

/** Links within the page; followed by the browser they would change the address, which says what is looked at. */
export function leadWithin() {
  for (const link of document.querySelectorAll('a[href^="#"]')) {
    link.addEventListener('click', (event) => {
      event.preventDefault();
      const target = byId((link.getAttribute('href') ?? '').slice(1));
      target.focus({ preventScroll: true });
      target.scrollIntoView();
    });
  }
}
