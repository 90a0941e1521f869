import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long each direction takes, in milliseconds. */
export interface Delays {
  readonly toServerMs: number;
  readonly toClientMs: number;
}

/** What delays are counted by. */
export interface RelayClock {
  /** Milliseconds, never set back. */
  now(): number;
  /** Resolves after about so many milliseconds, or when the signal is aborted. */
  rest(ms: number, signal: AbortSignal): Promise<void>;
}

const MONOTONIC: RelayClock = {
  now: () => performance.now(),
  rest: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
};

/** As much waits in one direction, in bytes, before the sender has to wait too. */
const MOST_WAITING = 1_048_576;

/** A connection of a client and the one to the engine that stands behind it; none if it was never to be answered. */
export class RelayedConnection {
  /** Resolves when both sides have closed. */
  readonly closed: Promise<void>;
  delays: Delays;
  readonly #client: Socket;
  readonly #upstream: Socket | undefined;
  readonly #clock: RelayClock;
  readonly #gone = new AbortController();
  #silent: boolean;
  #stalled: Gate | undefined;

  constructor(client: Socket, upstream: Socket | undefined, delays: Delays, clock = MONOTONIC) {
    this.delays = delays;
    this.#clock = clock;
    this.#client = client;
    this.#upstream = upstream;
    this.#silent = upstream === undefined;
    this.closed = Promise.all([closing(client), upstream && closing(upstream)]).then(() =>
      this.#gone.abort(),
    );
    if (upstream === undefined) {
      client.resume().on('error', () => client.destroy());
    } else {
      this.#pass(client, upstream, 'toServerMs');
      this.#pass(upstream, client, 'toClientMs');
    }
  }

  blackhole(): void {
    this.#silent = true;
  }

  stall(): void {
    this.#stalled ??= new Gate();
  }

  restore(): void {
    this.delays = { toServerMs: 0, toClientMs: 0 };
    this.#stalled?.open();
    this.#stalled = undefined;
    if (!this.#silent) return;
    this.#upstream?.destroy();
    // The client's side is silent until it gives up.
    if (this.#client.readableEnded) this.#client.destroy();
    else this.#client.once('end', () => this.#client.destroy());
  }

  cut(): void {
    this.#stalled?.open();
    this.#end(this.#client);
    if (this.#upstream !== undefined) this.#end(this.#upstream);
  }

  /** What happens on one side, happens on the other in the same order, as late as the connection says. */
  #pass(from: Socket, to: Socket, direction: keyof Delays): void {
    let waiting = 0;
    let last: Promise<void> = Promise.resolve();
    const later = (act: () => Promise<void> | void): void => {
      const due = this.#clock.now() + this.delays[direction];
      last = last.then(async () => {
        await this.#until(due);
        if (!this.#silent && !to.destroyed) await act();
      });
    };
    from.on('data', (chunk: Buffer) => {
      waiting += chunk.length;
      if (waiting > MOST_WAITING) from.pause();
      later(() => written(to, chunk));
      last = last.then(() => {
        waiting -= chunk.length;
        if (waiting <= MOST_WAITING) from.resume();
      });
    });
    from.on('end', () => later(() => void to.end()));
    from.on('error', () => later(() => this.#end(to)));
  }

  /**
   * Resets the client's side. The other may be a unix socket, which knows no reset. A side that still has to write, or has
   * said that it ends, is destroyed: Node waits for that before a reset, for ever when nobody reads.
   */
  #end(side: Socket): void {
    const isIdle = !side.destroyed && side.writable && side.writableLength === 0;
    if (side === this.#client && isIdle) side.resetAndDestroy();
    else side.destroy();
  }

  async #until(due: number): Promise<void> {
    // A timer counts from when its turn of the loop began, and so ends early when the turn has lasted.
    for (
      let left = due - this.#clock.now();
      left > 0 && !this.#gone.signal.aborted;
      left = due - this.#clock.now()
    )
      await this.#clock.rest(left, this.#gone.signal);
    if (!this.#silent) await this.#stalled?.opened;
  }
}

/** Holds up who waits for {@link opened}. */
class Gate {
  open!: () => void;
  readonly opened = new Promise<void>((resolve) => (this.open = resolve));
}

/** Resolves when a socket has closed. One that cannot be reset in time says so, and no more. */
function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.on('error', ({ syscall }: NodeJS.ErrnoException) => {
      if (syscall === 'reset') resolve();
    });
  });
}

/** Resolves when it is on its way, or the socket has closed. */
function written(socket: Socket, chunk: Buffer): Promise<void> {
  return new Promise((resolve) => socket.write(chunk, () => resolve()));
}
