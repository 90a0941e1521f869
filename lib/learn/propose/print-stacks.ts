import type { Declaration } from '../../compose/declare/declaration.ts';
import { keyOfRead } from '../../compose/declare/keys.ts';
import { declarations } from '../../compose/declare/ready-made.ts';
import type { Dialect } from './dialect.ts';
import { declarationOf, type Draft, type ListField } from './draft.ts';
import type { WatchedMember } from './watched-app.ts';

export interface ProposedStack {
  readonly drafts: readonly Draft[];
  readonly given: readonly string[];
}

/** All that is proposed for an app. */
export interface Proposed {
  readonly stacks: readonly ProposedStack[];
  /** What stays where it is, and why. */
  readonly left: readonly { readonly member: WatchedMember; readonly why: string }[];
  readonly requests: number;
  /** Whether the order is the one that the findings ask for, and not the present one. */
  readonly isOrdered: boolean;
  readonly notes: readonly string[];
}

/** How many routes in a row are named. */
const MOST_ROUTES = 5;

/** A file that exports a function for each stack, which takes the middleware of the app by name. */
export function printStacks(
  { stacks, left, requests, isOrdered, notes }: Proposed,
  dialect: Dialect,
): string {
  const stay = linesOf(left);
  const head = [
    `Proposed by openhands-express learn, from ${requests} requests. ${isOrdered ? 'The order is the one that the findings ask for.' : 'The present order is kept.'}`,
    'Each function takes the place of the app.use lines that it names, and gets what they registered.',
    ...(stay.length > 0 ? ['These stay where they are:', ...stay] : []),
    ...notes,
  ];
  const used = ['compose', ...(stacks.some(usesReady) ? ['declarations'] : []), 'wrap'];
  const names = stacks.map((_, index) => (stacks.length === 1 ? 'stack' : `stack${index + 1}`));
  const parts = [
    `/*\n${head.map((line) => ` * ${line.replaceAll('*/', '* /')}`).join('\n')}\n */\n${importing(used, dialect)}`,
    ...(dialect === 'typescript'
      ? [
          '/** An Express handler or error handler, a router or an app. */\ntype Handler = Parameters<typeof wrap>[0];',
        ]
      : []),
    ...stacks.map((stack, index) => printStack(stack, names[index] ?? '', dialect)),
    ...(dialect === 'commonjs' ? [`module.exports = { ${names.join(', ')} };`] : []),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** What stays where it is; routes in a row as one line, as an app may have hundreds. */
function linesOf(left: Proposed['left']): string[] {
  const rows: Proposed['left'][number][][] = [];
  for (const one of left) {
    const row = rows.at(-1);
    if (one.member.kind === 'route' && row?.[0]?.member.kind === 'route') row.push(one);
    else rows.push([one]);
  }
  return rows.flatMap((row) => {
    const lines = row.map(({ member: { name, at }, why }) => `  ${at} ${name || '(no name)'}: ${why}`);
    const [first = '', last = ''] = [row[0]?.member.at, row.at(-1)?.member.at];
    return row.length > MOST_ROUTES ? [`  ${first} to ${last}: ${row.length} routes`] : lines;
  });
}

function usesReady({ drafts }: ProposedStack): boolean {
  return drafts.some(({ ready }) => ready !== undefined);
}

function importing(used: readonly string[], dialect: Dialect): string {
  const names = `{ ${used.join(', ')} }`;
  return dialect === 'commonjs'
    ? `const ${names} = require('openhands-express/compose');`
    : `import ${names} from 'openhands-express/compose';`;
}

function printStack({ drafts, given }: ProposedStack, name: string, dialect: Dialect): string {
  const [first, last] = [drafts[0]?.member.at ?? '', drafts.at(-1)?.member.at ?? ''];
  const parameters = drafts.flatMap(({ parameter, member: { at, isConditional } }) => [
    `  /** ${at}${isConditional ? ', at times' : ''} */`,
    `  readonly ${parameter}${isConditional ? '?: Handler | false' : ': Handler'};`,
  ]);
  const typed = dialect === 'typescript' ? `app: {\n${parameters.join('\n')}\n}` : 'app';
  const layers = [
    '    {',
    '      app: [',
    ...drafts.flatMap((draft) => printMember(draft).map((line) => `        ${line}`)),
    '      ],',
    '    },',
    ...(given.length > 0 ? [`    { given: ${quoted(given)} },`] : []),
  ];
  return [
    `/** In the place of ${first === last ? first : `${first} to ${last}`}. */`,
    `${dialect === 'commonjs' ? '' : 'export '}function ${name}(${typed}) {`,
    '  return compose(',
    ...layers,
    '  );',
    '}',
  ].join('\n');
}

function printMember(draft: Draft): string[] {
  const { member, observed, parameter, notes } = draft;
  const from = observed.requests === 0 ? 'no request came to it' : `in ${timesOf(observed.requests)}`;
  const condition = member.isConditional ? `app.${parameter} && ` : '';
  return [
    `// ${member.at}, ${from}`,
    ...notes.map((note) => `// ${note}`),
    ...inLines(`${condition}wrap(app.${parameter}, `, printDeclaration(draft), '),'),
  ];
}

function inLines(before: string, lines: readonly string[], after: string): string[] {
  return lines.map(
    (line, index) => (index === 0 ? before : '') + line + (index === lines.length - 1 ? after : ''),
  );
}

/** The ready declaration, what differs from it, or all of an own one. */
function printDeclaration(draft: Draft): string[] {
  const declaration = declarationOf(draft);
  const ready: Declaration | undefined = draft.ready && declarations[draft.ready];
  const fields = FIELDS.filter(
    (field) => JSON.stringify(declaration[field]) !== JSON.stringify(ready?.[field]),
  );
  if (ready !== undefined && fields.length === 0) return [`declarations.${draft.ready ?? ''}`];
  const lines = fields.flatMap((field) => printField(draft, field, declaration[field]));
  if (draft.ready !== undefined) lines.unshift(`...declarations.${draft.ready},`);
  const text = lines.join(' ');
  if (text.length < 80 && !text.includes('//')) return [`{ ${text.replace(/,$/, '')} }`];
  return ['{', ...lines.map((line) => `  ${line}`), '}'];
}

const FIELDS = [
  'name',
  'mount',
  'reads',
  'writes',
  'updates',
  'headers',
  'ends',
  'fails',
  'after',
  'before',
] as const;

function printField(draft: Draft, field: (typeof FIELDS)[number], value: unknown): string[] {
  if (!Array.isArray(value)) return [`${field}: ${value === undefined ? '[]' : quote(value)},`];
  const entries = value as unknown[];
  const comments = entries.map((entry) =>
    field === 'name' || field === 'mount' ? '' : seen(draft, field, entry),
  );
  if (comments.every((comment) => comment === '')) return [`${field}: ${quoted(entries)},`];
  return [
    `${field}: [`,
    ...entries.map(
      (entry, index) => `  ${quote(entry)},${comments[index] === '' ? '' : ` // ${comments[index] ?? ''}`}`,
    ),
    '],',
  ];
}

/** How often it was seen. */
function seen({ observed }: Draft, field: ListField, entry: unknown): string {
  const text = String(entry);
  const use = observed.keys.get(keyOfRead(text));
  if (field === 'reads' && use !== undefined && use.reads > 0) {
    return `in ${use.reads} of ${observed.requests} requests${use.present < use.reads ? `, there in ${use.present}` : ''}`;
  }
  const count =
    field === 'writes' || field === 'updates'
      ? use?.writes
      : field === 'headers'
        ? observed.headers.get(text.toLowerCase())
        : field === 'ends' || field === 'fails'
          ? observed[field].get(Number(entry))
          : undefined;
  return count === undefined ? '' : `in ${count} of ${observed.requests} requests`;
}

function timesOf(count: number): string {
  return count === 1 ? '1 request' : `${count} requests`;
}

function quoted(values: readonly unknown[]): string {
  return `[${values.map(quote).join(', ')}]`;
}

function quote(value: unknown): string {
  return typeof value === 'number'
    ? String(value)
    : `'${String(value).replaceAll(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'`;
}
