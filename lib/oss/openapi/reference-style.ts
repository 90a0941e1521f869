/** In the colors of the built-in page; served from an address of its own, since styles in the page are not let in. */
export const REFERENCE_STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f6f6f3; --panel: #fff; --ink: #1d201c; --quiet: #5c6259; --line: #d9dbd4; --accent: #0f6b50; --post: #7a4a00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #141614; --panel: #1c1f1c; --ink: #e9ebe6; --quiet: #a3aaa0; --line: #343a34; --accent: #6fd0aa; --post: #e5b567;
  }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
main, header { max-width: 56rem; margin: 0 auto; padding: 0 1rem }
header { padding-top: 2rem }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 }
h2 { font-size: 1.25rem; margin: 2.5rem 0 0.75rem }
h3 { font-size: 0.875rem; margin: 1.25rem 0 0.375rem; color: var(--quiet) }
a { color: var(--accent) }
code { font: 0.875em/1.4 ui-monospace, monospace; overflow-wrap: anywhere }
details { background: var(--panel); border: 1px solid var(--line); border-radius: 7px; margin: 0.5rem 0 }
summary { padding: 0.625rem 0.875rem; cursor: pointer }
summary:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
summary .what { color: var(--quiet) }
.method { color: var(--accent); font-weight: 700; text-transform: uppercase }
.method.post { color: var(--post) }
details > div { padding: 0 0.875rem 0.875rem; border-top: 1px solid var(--line) }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: 0.375rem 1rem 0.375rem 0; border-top: 1px solid var(--line) }
th { font-weight: 400; white-space: nowrap }
.quiet { color: var(--quiet) }
@media (max-width: 40rem) {
  tr, th, td { display: block }
  tr { border-top: 1px solid var(--line); padding: 0.375rem 0 }
  th, td { border: 0; padding: 0; white-space: normal }
}
`;
