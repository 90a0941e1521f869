/** In the colors of the built-in page; served from an address of its own, since styles in the page are not let in. */
export const REFERENCE_STYLE = `
:root {
  color-scheme: light dark;
  --ground: #fbfbfa; --panel: #fff; --sunken: #f1f2ee; --ink: #1d201c; --quiet: #5c6259; --line: #e1e3dc; --field: #969c90;
  --accent: #0f6b50; --accent-soft: #e0f1ea; --post: #7a4a00; --post-soft: #f8ecd6; --bad: #b3261e; --bad-soft: #fbe6e4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #131513; --panel: #1a1d1a; --sunken: #222622; --ink: #e9ebe6; --quiet: #a3aaa0; --line: #2e332e; --field: #767d73;
    --accent: #6fd0aa; --accent-soft: #16322a; --post: #e5b567; --post-soft: #33280f; --bad: #ff8a80; --bad-soft: #3f1c1b;
  }
}
* { box-sizing: border-box }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100% }
body { margin: 0; background: var(--ground); color: var(--ink); font: 0.9375rem/1.55 system-ui, sans-serif }
h1, h2, h3, h4, p, ul, dl, dd, figure { margin: 0; padding: 0 }
ul { list-style: none }
h1 { font-size: 1.75rem; line-height: 1.2; letter-spacing: -0.02em; margin-bottom: 0.75rem }
h2 { font-size: 1.25rem; letter-spacing: -0.01em; margin-top: 3rem }
h3 { font-size: 1rem; font-weight: 600; display: inline; overflow-wrap: anywhere }
h4 { font-size: 0.8125rem; font-weight: 600; margin: 1.25rem 0 0.25rem; color: var(--quiet) }
a { color: var(--accent) }
code { font: 0.875em/1.5 ui-monospace, 'SF Mono', 'Cascadia Code', 'DejaVu Sans Mono', monospace; overflow-wrap: anywhere }
.quiet { color: var(--quiet) }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px }
main:focus { outline: none }
.skip { position: absolute; z-index: 9; padding: 0.5rem 1rem; background: var(--accent); color: var(--panel); transform: translateY(-200%) }
.skip:focus { transform: none }

main { padding: 1.5rem clamp(1rem, 3vw, 3rem) 6rem }
.lead { max-width: 46rem }
.lead p + p { margin-top: 0.5rem }
nav { padding: 1rem; border-bottom: 1px solid var(--line); background: var(--panel); font-size: 0.8125rem }
nav .brand { margin-bottom: 0.5rem; font-size: 0.9375rem; font-weight: 650 }
nav details { margin-top: 0.75rem }
nav summary { padding: 0.125rem 0.5rem; border-radius: 6px; color: var(--quiet); font-weight: 600; cursor: pointer }
nav li a { display: flex; gap: 0.5rem; align-items: baseline; padding: 0.25rem 0.5rem; border-radius: 6px; color: inherit; text-decoration: none }
nav li a:hover { background: var(--sunken) }
nav li a[aria-current] { background: var(--accent-soft) }
nav .method { flex: none; width: 2.25rem }
input { width: 100%; min-width: 0; height: 2.125rem; padding: 0 0.625rem; border: 1px solid var(--field); border-radius: 7px; background: var(--panel); color: inherit; font: inherit }
input::placeholder { color: var(--quiet); opacity: 1 }
.method { color: var(--accent); font: 700 0.75rem/1.5 ui-monospace, monospace; text-transform: uppercase }
.method.post { color: var(--post) }

article { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.75rem 2rem; margin-top: 1rem; padding: 1.25rem; border: 1px solid var(--line); border-radius: 12px; background: var(--panel) }
article:target { border-color: var(--accent) }
article header .method { padding: 0.125rem 0.5rem; border-radius: 5px; background: var(--accent-soft) }
article header .method.post { background: var(--post-soft) }
article header p { margin-top: 0.25rem; color: var(--quiet) }
.anchor { padding: 0 0.375rem; color: var(--quiet); text-decoration: none; opacity: 0.55 }
.anchor:hover, .anchor:focus { opacity: 1 }
.badge { margin-left: 0.375rem; padding: 0.0625rem 0.5rem; border-radius: 99px; background: var(--sunken); color: var(--quiet); font-size: 0.75rem; font-weight: 600; white-space: nowrap }
.must { color: var(--bad); font-size: 0.8125rem }
.told, .shown { min-width: 0 }
.told > h4:first-child { margin-top: 0 }
table { border-collapse: collapse; width: 100%; font-size: 0.875rem }
th, td { padding: 0.375rem 0.75rem 0.375rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere }
th { width: 30%; font-weight: 400 }
.told td:nth-child(2) { width: 27% }
.answer { border-top: 1px solid var(--line); font-size: 0.875rem }
div.answer { padding: 0.375rem 0 }
.answer summary { padding: 0.375rem 0; cursor: pointer; overflow-wrap: anywhere }
.answer summary code { margin-right: 0.375rem; color: var(--quiet) }
.answer[open] { padding-bottom: 0.75rem }
.answer dt { margin-top: 0.625rem }
.answer pre { margin-top: 0.25rem }
.status { font-variant-numeric: tabular-nums }
.status-2 { color: var(--accent) }
.status-3, .status-4 { color: var(--post) }
.status-5, .failure { color: var(--bad) }

pre { margin: 0; padding: 0.625rem 0.75rem; border-radius: 8px; background: var(--sunken); white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.8125rem }
pre code { font-size: inherit }
figure { border: 1px solid var(--line); border-radius: 10px; background: var(--sunken) }
figure + figure, .try + figure, .tried + figure { margin-top: 0.75rem }
figcaption { display: flex; gap: 0.375rem; align-items: center; min-height: 2.25rem; padding: 0.25rem 0.375rem 0.25rem 0.75rem; border-bottom: 1px solid var(--line); color: var(--quiet); font-size: 0.8125rem; font-weight: 600 }
figcaption button { margin-left: auto }
button { height: 1.75rem; padding: 0 0.625rem; border: 1px solid var(--line); border-radius: 6px; background: var(--panel); color: var(--ink); font: inherit; font-size: 0.8125rem; font-weight: 550; cursor: pointer }
button:hover { border-color: var(--field) }
button.main { border-color: var(--accent); background: var(--accent); color: var(--panel) }
.try { display: grid; gap: 0.375rem; margin-top: 0.75rem }
.try label { display: grid; grid-template-columns: 8rem minmax(0, 1fr); gap: 0.5rem; align-items: center; font-size: 0.8125rem }
.try .buttons { display: flex; gap: 0.5rem; margin-top: 0.125rem }
.try .main { height: 2rem; padding: 0 0.875rem }
.try .main + button { height: 2rem }
.tried:empty { display: none }
.tried { margin-top: 0.75rem; padding: 0.625rem 0.75rem; border: 1px solid var(--accent); border-radius: 10px; font-size: 0.875rem }
.tried summary { cursor: pointer; color: var(--quiet); font-size: 0.8125rem }
.tried pre { margin-top: 0.5rem }
.tried + figure { margin-top: 0.75rem }

@media (max-width: 40rem) {
  th, .told td, td, tr { display: block; width: auto }
  tr { border-top: 1px solid var(--line); padding: 0.375rem 0 }
  th, td { border: 0; padding: 0 }
  article { padding: 1rem 0.875rem }
}
@media (max-width: 63.99rem) {
  nav { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: 0.25rem 1rem; align-items: start }
  nav .brand, nav #search { grid-column: 1 / -1 }
  nav details { margin-top: 0.25rem; margin-inline: -0.5rem }
}
@media (min-width: 64rem) {
  body { display: grid; grid-template-columns: 18rem minmax(0, 1fr) }
  nav { position: sticky; top: 0; height: 100vh; padding: 1.25rem 0.75rem 2rem; overflow-y: auto; border-right: 1px solid var(--line); border-bottom: 0 }
  nav .brand { padding: 0 0.5rem }
  main { max-width: 84rem }
}
@media (min-width: 80rem) {
  article { grid-template-columns: minmax(0, 11fr) minmax(0, 9fr) }
  article header { grid-column: 1 / -1 }
  .shown { position: sticky; top: 1rem; align-self: start }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth } }
`;
