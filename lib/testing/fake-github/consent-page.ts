/** The pages that a person sees at the fake GitHub. */
import type { FakeUser } from './directory.ts';

export interface ConsentPageOptions {
  readonly appName: string;
  readonly users: readonly FakeUser[];
  /** The login that the app suggests, which is offered first. */
  readonly suggested: string | undefined;
  /** Sent back with the form as they came. */
  readonly parameters: readonly (readonly [string, string])[];
}

/** A form with a button for each user, and one to cancel. */
export function consentPage({ appName, users, suggested, parameters }: ConsentPageOptions): string {
  const first = users.filter(({ login }) => login === suggested);
  const others = users.filter(({ login }) => login !== suggested);
  return page(
    `Sign in to ${appName}`,
    `<p>This stands in for GitHub on this machine. Choose who you are:</p>
    <form method="post" action="/login/oauth/authorize">
      ${parameters.map(([name, value]) => `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`).join('\n      ')}
      ${[...first, ...others].map(userButton).join('\n      ')}
      <button class="cancel" name="cancel" value="1">Cancel</button>
    </form>`,
  );
}

/** What is shown instead of a redirect, when the address to redirect to cannot be trusted. */
export function mistakePage(message: string): string {
  return page('This link does not work', `<p>${escape(message)}</p>`);
}

function userButton({ login, name }: FakeUser): string {
  const also = name === null ? '' : ` <small>${escape(name)}</small>`;
  return `<button name="login" value="${escape(login)}">Continue as <strong>${escape(login)}</strong>${also}</button>`;
}

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${escape(title)} · fake GitHub</title>
  <style>
    :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
    main { max-width: 24rem; margin: 10vh auto; padding: 0 1rem; }
    h1 { font-size: 1.5rem; }
    form { display: grid; gap: 0.75rem; }
    button { font: inherit; padding: 0.75rem; border: 1px solid; border-radius: 0.5rem; cursor: pointer; }
    button.cancel { border-color: transparent; background: none; }
  </style>
</head>
<body>
  <main>
    <h1>${escape(title)}</h1>
    ${content}
  </main>
</body>
</html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
