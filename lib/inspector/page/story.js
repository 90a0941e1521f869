/** What happened to a request, in sentences. */
import { clockTime, counted, duration, enumerated } from './format.js';

/**
 * @typedef {import('./wire.d.ts').Outline} Outline
 * @typedef {import('./wire.d.ts').Request} Request
 * @typedef {import('./wire.d.ts').Conflict} Conflict
 *
 * @typedef {string | { code: string }} Part a piece of a sentence; `code` is a name of the program
 *
 * @typedef {object} Sentence
 * @property {'plain' | 'quiet' | 'conflict' | 'end'} tone
 * @property {Part[]} parts
 */

/**
 * @param {Request} request
 * @param {Outline} outline of the stack it went through
 * @returns {Sentence[]}
 */
export function storyOf(request, outline) {
  const told = new Teller(outline);
  told.arrival(request);
  for (const [position, step] of request.steps.entries()) told.step(request, position, step);
  told.flush();
  told.routes(request);
  told.wayBack(request);
  told.leftovers(request);
  return told.sentences;
}

/** @param {string} name @returns {Part} */
const code = (name) => ({ code: name });
/** @param {readonly string[]} names */
const codes = (names) => enumerated(names.map(code));

/** What is said of the middleware that has not handed a request on. @type {Record<Request['outcome'], string>} */
const RUNNING = {
  answered: 'has it now',
  pending: 'has it now',
  aborted: 'never handed it on',
  lost: 'had it last',
};

class Teller {
  /** @type {Sentence[]} */
  sentences = [];
  /** Those in a row of whom there is the same little to say. @type {{ says: string, names: string[] }} */
  #crowd = { says: '', names: [] };
  /** The conflicts that have been told. @type {Set<Conflict>} */
  #told = new Set();
  #outline;

  /** @param {Outline} outline */
  constructor(outline) {
    this.#outline = outline;
  }

  /** @param {Request} request */
  arrival({ at, method, path, process, outcome, status, duration: total }) {
    const end = {
      answered: `was answered with ${status ?? ''} after ${duration(total)}.`,
      aborted: `was given up by the client after ${duration(total)}, without an answer.`,
      lost: `was lost sight of after ${duration(total)}, when ${process ?? 'its process'} ended.`,
      pending: `has been on its way for ${duration(total)}.`,
    }[outcome];
    const where = process === undefined || outcome === 'lost' ? '' : ` to ${process}`;
    this.#say('plain', code(`${method} ${path}`), ` came at ${clockTime(at)}${where} and ${end}`);
  }

  /** @param {Request} request @param {number} position @param {Request['steps'][number]} step */
  step(request, position, step) {
    const planned = this.#outline.plan[position];
    if (planned === undefined) return;
    const { name } = planned;
    if (step.outcome === 'passed') return this.#crowdIn('did not concern it', name);
    if (step.outcome === 'skipped') return this.#crowdIn('never saw it', name);

    const conflicts = request.conflicts.filter(({ middlewares }) => middlewares[0] === name);
    const disputed = new Set(conflicts.map(({ key }) => key));
    const deeds = this.#deeds(step, disputed);
    if (step.outcome === 'next' && deeds.length === 0 && conflicts.length === 0) {
      return this.#crowdIn('let it through', name);
    }
    this.flush();
    const after = step.duration === undefined ? '' : ` after ${duration(step.duration)}`;
    const hands = {
      next: ['handed it on', after],
      error: ['handed on an error', after],
      route: ["called next('route')", after],
      router: ["called next('router'), past everything further in", after],
      ended: [`answered it with ${request.status ?? 'nothing'}`, after, ': it went no further'],
      running: [RUNNING[request.outcome]],
    }[step.outcome];
    const clauses = [...deeds, /** @type {Part[]} */ (hands)];
    this.#say(
      step.outcome === 'ended' || step.outcome === 'error' ? 'end' : 'plain',
      ...this.#who(name),
      ' ',
      ...enumerated(clauses).flat(),
      '.',
    );
    for (const conflict of conflicts) this.#conflict(conflict);
  }

  /** @param {Request} request */
  routes({ routes, status, outcome, conflicts }) {
    if (routes.outcome === 'unreached') return;
    const own = conflicts.filter(({ middlewares }) => middlewares[0] === 'application');
    const deeds = this.#deeds(routes, new Set(own.map(({ key }) => key)));
    const took = routes.duration === undefined ? '' : ` after ${duration(routes.duration)}`;
    const end = {
      answered: `answered with ${status ?? ''}${took}`,
      aborted: 'never answered',
      lost: 'had it last',
      pending: 'have it now',
    }[outcome];
    if (routes.outcome === 'failed') {
      this.#say('end', `The error left the stack, and no route saw the request; the error handler ${end}.`);
    } else {
      this.#say('plain', 'The routes behind the stack ', ...enumerated([...deeds, [end]]).flat(), '.');
    }
    for (const conflict of own) this.#conflict(conflict);
  }

  /** In the order of acting. @param {Request} request */
  wayBack({ steps }) {
    const { plan, wayBack } = this.#outline;
    for (const [hook, when] of /** @type {const} */ ([
      ['beforeHeaders', 'before the headers were sent'],
      ['afterResponse', 'after the response'],
    ])) {
      for (const name of wayBack[hook]) {
        const back = steps[plan.findIndex((one) => one.name === name)]?.wayBack;
        const outcome = back?.[hook];
        if (back === undefined || outcome === undefined || outcome === 'pending') continue;
        const did = [...this.#deeds(back, new Set()), [outcome === 'failed' ? 'failed' : 'acted']];
        this.#say(
          outcome === 'failed' ? 'conflict' : 'quiet',
          `On the way back, ${when}, `,
          code(name),
          ' ',
          ...enumerated(did).flat(),
          '.',
        );
      }
    }
  }

  /** What nobody above was the author of. @param {Request} request */
  leftovers({ conflicts }) {
    for (const conflict of conflicts) if (!this.#told.has(conflict)) this.#conflict(conflict);
  }

  /** Ends a row of middlewares of whom there is the same to say. */
  flush() {
    const { says, names } = this.#crowd;
    this.#crowd = { says: '', names: [] };
    if (names.length === 0) return;
    // A middleware that did nothing of note is counted, not listed.
    const [shown, others] = names.length > 4 ? [names.slice(0, 3), names.length - 3] : [names, 0];
    const listed = enumerated([...shown.map(code), ...(others > 0 ? [`${others} more`] : [])]);
    this.#say('quiet', ...listed, ` ${says}.`);
  }

  /** @param {string} says @param {string} name */
  #crowdIn(says, name) {
    if (this.#crowd.says !== says) this.flush();
    this.#crowd.says = says;
    this.#crowd.names.push(name);
  }

  /**
   * @param {{ reads: readonly string[], writes: readonly string[] }} step
   * @param {Set<string | undefined>} disputed the keys of which a conflict tells
   * @returns {Part[][]}
   */
  #deeds({ reads, writes }, disputed) {
    const read = reads.filter((key) => !disputed.has(key));
    const written = writes.filter((key) => !disputed.has(key));
    return [
      ...(read.length > 0 ? [['read ', ...codes(read)]] : []),
      ...(written.length > 0 ? [['wrote ', ...codes(written)]] : []),
    ];
  }

  /** @param {Conflict} conflict */
  #conflict(conflict) {
    this.#told.add(conflict);
    const { id, key = '', middlewares, count } = conflict;
    const [author = ''] = middlewares;
    const times = count > 1 ? ` (${counted(count, 'time')})` : '';
    this.#say('conflict', ...this.#who(author), ' ', ...this.#what(conflict, code(key)), times, ` [${id}]`);
  }

  /** @param {Conflict} conflict @param {Part} key @returns {Part[]} */
  #what({ id, message, middlewares, kept, key: name }, key) {
    const [author = ''] = middlewares;
    switch (id) {
      case 'S301':
        return [
          'wrote ',
          key,
          '; held back, because ',
          ...this.#who(kept?.middleware),
          ', which is higher, has written it.',
        ];
      case 'S302':
        return ['wrote ', key, '; ignored, because ', ...this.#decides(name, kept)];
      case 'S303':
        return ['read ', key, ' and found nothing, because ', ...this.#decides(name, kept)];
      case 'S304':
        return ['wrote ', key, ' without declaring it.'];
      case 'S305':
        return ['read ', key, ' without declaring it.'];
      case 'S306':
        return ['wrote ', key, ' after the response had been sent.'];
      case 'S307':
        return ['called next() a second time; only the first call counts.'];
      case 'S308':
        return ['failed after it had called next(): nobody further in gets that error.'];
      case 'S310':
        return ['failed on the way back; the answer went out all the same.'];
      case 'S311':
        return ['returned a promise before the headers, which did not wait for it.'];
      default:
        // A newer engine: its own words begin with the name.
        return [message.startsWith(`${author} `) ? message.slice(author.length + 1) : message];
    }
  }

  /** @param {string | undefined} key @param {Conflict['kept']} kept @returns {Part[]} */
  #decides(key, kept) {
    const group = this.#outline.groups.find(({ keys }) => key !== undefined && keys.includes(key));
    return [
      ...this.#who(kept?.middleware),
      ' decides ',
      code(group?.name ?? 'it'),
      ' with ',
      code(kept?.key ?? ''),
      '.',
    ];
  }

  /** @param {string | undefined} name @returns {Part[]} */
  #who(name = 'somebody') {
    if (name === 'application') return ['The routes behind the stack'];
    const planned = this.#outline.plan.find((one) => one.name === name);
    return planned === undefined ? [code(name)] : [code(name), ` (${planned.layer})`];
  }

  /** @param {Sentence['tone']} tone @param {...Part} parts */
  #say(tone, ...parts) {
    this.sentences.push({ tone, parts: parts.filter((part) => part !== '') });
  }
}
