/** What the reference has besides what can be read: a search, copying, and trying what only reads. */

/** What is shown of an answer, in characters, and what is read of it, in bytes. */
const SHOWN_AT_MOST = 50_000;
const READ_AT_MOST = 1_000_000;
/** How long a button says that it has worked, in milliseconds. */
const SAID_FOR = 2_000;

/** Where the server is, whatever it is mounted below: this script is below `/api/docs/assets/`. */
const server = new URL('../../..', import.meta.url).href.replace(/\/$/, '');

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children
 */
function html(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** @template {Element} [Found=HTMLElement] @param {string} selector @param {ParentNode} [within] */
const all = (selector, within = document) => /** @type {Found[]} */ ([...within.querySelectorAll(selector)]);

function addSearch() {
  const field = html('input', {
    type: 'search',
    placeholder: 'Search',
    'aria-label': 'Search the operations',
    'aria-keyshortcuts': '/',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  const none = html('p', { class: 'quiet', role: 'status' });
  document.getElementById('search')?.append(field, none);
  const links = all('nav li');
  field.addEventListener('input', () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const item of links) {
      const about = item.firstElementChild?.getAttribute('data-words') ?? item.textContent.toLowerCase();
      item.hidden = !words.every((word) => about.includes(word));
    }
    for (const group of all('nav details')) {
      group.hidden = all('li', group).every(({ hidden }) => hidden);
      if (words.length > 0) group.setAttribute('open', '');
    }
    none.textContent = links.every(({ hidden }) => hidden) ? 'Nothing fits.' : '';
  });
  field.addEventListener('keydown', ({ key }) => {
    if (key === 'Enter') all('nav li:not([hidden]) a')[0]?.click();
  });
  document.addEventListener('keydown', (event) => {
    const isTyped = event.target instanceof HTMLElement && event.target.matches('input, select, textarea');
    if (event.key !== '/' || isTyped) return;
    event.preventDefault();
    field.focus();
  });
}

/** Where the menu stands above the page, not beside it, it would be all that is seen at first. */
function foldMenu() {
  if (window.matchMedia('(min-width: 64rem)').matches) return;
  for (const group of all('nav details')) group.removeAttribute('open');
}

/** Marks in the menu what is being read. */
function followReading() {
  const links = new Map(all('nav a').map((link) => [link.getAttribute('href'), link]));
  const seen = new IntersectionObserver(
    (entries) => {
      const found = entries.find(({ isIntersecting }) => isIntersecting);
      if (found === undefined) return;
      for (const link of links.values()) link.removeAttribute('aria-current');
      const link = links.get(`#${found.target.id}`);
      link?.setAttribute('aria-current', 'true');
    },
    { rootMargin: '-10% 0px -80% 0px' },
  );
  for (const article of all('article')) seen.observe(article);
}

/** @param {string} label @param {() => void} act */
function button(label, act) {
  const made = html('button', { type: 'button' }, label);
  made.addEventListener('click', act);
  return made;
}

/** Fills the address in, and offers to copy. @param {HTMLElement} figure */
function completeRequest(figure) {
  const code = figure.querySelector('code');
  if (code === null) return;
  code.textContent = code.textContent.replace('$SERVER', server);
  offerCopy(figure);
}

/** @param {HTMLElement} figure */
function offerCopy(figure) {
  if (!('clipboard' in navigator)) return;
  const made = button('Copy', async () => {
    const text = figure.querySelector('code')?.textContent ?? '';
    made.textContent = await navigator.clipboard.writeText(text).then(
      () => 'Copied',
      () => 'The browser refuses',
    );
    setTimeout(() => (made.textContent = 'Copy'), SAID_FOR);
  });
  figure.querySelector('figcaption')?.append(made);
}

/** @param {HTMLElement} article */
function offerTry(article) {
  const path = article.dataset.path ?? '';
  const form = html('form', { class: 'try', 'aria-label': `Try GET ${path}` });
  for (const { dataset, content } of article.querySelectorAll('template')) {
    const list = content.querySelector('datalist');
    const input = html('input', {
      name: dataset.name ?? '',
      value: dataset.value ?? '',
      autocomplete: 'off',
      ...(dataset.required === undefined ? {} : { required: '' }),
      ...(list === null ? {} : { list: list.id }),
    });
    form.append(html('label', {}, html('code', {}, dataset.name ?? ''), input), content);
  }
  const answer = html('div', { class: 'tried', role: 'status' });
  const head = button('Send HEAD', () => void send('HEAD'));
  form.append(html('p', { class: 'buttons' }, html('button', { class: 'main' }, 'Send GET'), head));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void send('GET');
  });

  let sent = 0;

  /** Nothing but what reads is ever sent. @param {'GET' | 'HEAD'} method */
  async function send(method) {
    if (!form.reportValidity()) return;
    const query = new URLSearchParams(
      all('input', form).flatMap((input) => {
        const { name, value } = /** @type {HTMLInputElement} */ (input);
        return value === '' ? [] : [[name, value]];
      }),
    ).toString();
    // A slow answer must not take the place of a newer one.
    const turn = ++sent;
    const show = (/** @type {(Node | string)[]} */ ...parts) => {
      if (turn === sent) answer.replaceChildren(...parts);
    };
    show('Asking…');
    try {
      const address = `${server}${path}${query === '' ? '' : `?${query}`}`;
      const response = await fetch(address, { method, redirect: 'manual', cache: 'no-store' });
      show(...(await shown(response)));
    } catch {
      show(html('p', { class: 'failure' }, 'The server does not answer.'));
    }
  }

  article.querySelector('.request')?.after(form, answer);
}

/** @param {Response} response */
async function shown(response) {
  const { status, statusText, headers, type } = response;
  if (type === 'opaqueredirect') return [html('p', {}, 'It leads elsewhere; a page cannot see where to.')];
  const { text, isCut } = await readBounded(response);
  const rows = [...headers].map(([name, value]) =>
    html('tr', {}, html('th', { scope: 'row' }, html('code', {}, name)), html('td', {}, value)),
  );
  return [
    html(
      'p',
      {},
      html('b', { class: `status status-${String(status).charAt(0)}` }, String(status)),
      ` ${statusText}`,
    ),
    html(
      'details',
      {},
      html('summary', {}, `${headersCount(rows.length)}`),
      html('table', {}, html('tbody', {}, ...rows)),
    ),
    ...(text === '' ? [] : [html('pre', {}, html('code', {}, text))]),
    ...(isCut ? [html('p', { class: 'quiet' }, 'There is more of it.')] : []),
  ];
}

/** @param {number} count */
const headersCount = (count) => (count === 1 ? '1 header' : `${count} headers`);

/** @param {Response} response */
async function readBounded({ body }) {
  let text = '';
  let size = 0;
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    text += part.value;
    size += part.value.length;
    if (size > READ_AT_MOST) {
      await reader?.cancel();
      break;
    }
  }
  const pretty = prettyOf(text);
  return {
    text: pretty.slice(0, SHOWN_AT_MOST),
    isCut: pretty.length > SHOWN_AT_MOST || size > READ_AT_MOST,
  };
}

/** @param {string} text */
function prettyOf(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

addSearch();
foldMenu();
followReading();
for (const figure of all('figure')) {
  if (figure.classList.contains('request')) completeRequest(figure);
  else offerCopy(figure);
}
for (const article of all('article[data-try]')) offerTry(article);
