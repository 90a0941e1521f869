import type { Connection } from 'pg';

const BOUND = 'SCRAM-SHA-256-PLUS';

/**
 * Makes a new connection fail unless the password is proved in a way that is bound to its TLS channel: then nobody who
 * stands in between can pass the proof on. No other proof of the password is sent.
 */
export function demandChannelBinding(connection: Connection): void {
  let isOffered = false;
  let isProved = false;
  const refuse = (): void => {
    // A server that asks for no proof says in the same breath that it is ready; that must not count.
    connection.removeAllListeners('readyForQuery');
    connection.stream.destroy(new Error(`The server does not offer ${BOUND}`));
  };
  connection.on('authenticationSASL', ({ mechanisms }: { readonly mechanisms: readonly string[] }) => {
    isOffered = mechanisms.includes(BOUND);
    if (!isOffered) refuse();
  });
  for (const other of ['authenticationCleartextPassword', 'authenticationMD5Password']) {
    connection.on(other, refuse);
  }
  // The client checks what is in it: the server's own proof that it knows the password.
  connection.on('authenticationSASLFinal', () => (isProved = isOffered));
  connection.on('authenticationOk', () => {
    if (!isProved) refuse();
  });
}
