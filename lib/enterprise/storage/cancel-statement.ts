import type pg from 'pg';
import { whenLate } from '../../time-limit.ts';

/** What names a session to its server: the client's half of a CancelRequest. */
interface SessionKey {
  readonly processID?: number | null;
  readonly secretKey?: number | null;
}

/** What a client of `pg` has and its types leave out. */
interface CancellingClient {
  readonly host: string;
  readonly port: number;
  readonly ssl: unknown;
  readonly sslNegotiation: string;
  readonly connection: pg.Connection & {
    connect(portOrPath: number | string, host?: string): void;
    requestSsl(): void;
    cancel(processID: number, secretKey: number): void;
  };
}

/**
 * Asks a server to cancel what it does for a session. That takes a connection of its own, which is no session: it
 * counts for no limit, and goes through PgBouncer. Encrypted where the session is.
 *
 * @param Client - makes connections as the session is one.
 * @param withinMs - how long to try, in milliseconds.
 * @returns whether the server has seen to it. Then a statement that is still running is told to end.
 * @throws when a connection cannot even be made: the file of a certificate has gone.
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
export async function cancelStatement(
  Client: new () => pg.Client,
  session: object,
  withinMs: number,
): Promise<boolean> {
  const { processID, secretKey } = session as SessionKey;
  if (typeof processID !== 'number' || typeof secretKey !== 'number') return false;
  const { connection, host, port, ssl, sslNegotiation } = new Client() as unknown as CancellingClient;
  return new Promise((resolve) => {
    let isSent = false;
    const send = (): void => {
      isSent = true;
      connection.cancel(processID, secretKey);
    };
    const end = (isSeenTo: boolean): void => {
      stopWaiting();
      connection.stream.destroy();
      resolve(isSeenTo);
    };
    const stopWaiting = whenLate(withinMs, () => end(false));
    connection.on('connect', () => {
      if (ssl === false) send();
      else if (sslNegotiation !== 'direct') connection.requestSsl();
    });
    connection.on('sslconnect', send);
    connection.on('error', () => end(false));
    // The server answers by hanging up.
    connection.on('end', () => end(isSent));
    if (host.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`);
    else connection.connect(port, host);
  });
}
