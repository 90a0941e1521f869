/** How a server is to end. */
export interface EndOrder {
  /**
   * `drain`: the server goes away. `retire`: another one has taken its place at the same port, so that nobody has to notice.
   * `now`: nobody wants to wait.
   */
  readonly how: 'drain' | 'retire' | 'now';
  /** The signal that brought it about, or why there was none; for the log. */
  readonly because: string;
}

/** Where a server hears that it is to end. */
export interface EndOrders {
  /**
   * Resolves with the first order.
   *
   * @param forget - ends the waiting.
   */
  first(forget: AbortSignal): Promise<EndOrder>;
  /** Calls back for each order behind the first. */
  onNext(listener: (order: EndOrder) => void): void;
}

/** Orders by SIGTERM and SIGINT. */
export class SignalOrders implements EndOrders {
  first(forget: AbortSignal): Promise<EndOrder> {
    return new Promise((resolve) => {
      for (const because of ['SIGTERM', 'SIGINT'] as const) {
        const heard = (): void => resolve({ how: 'drain', because });
        process.once(because, heard);
        forget.addEventListener('abort', () => process.off(because, heard));
      }
    });
  }

  onNext(listener: (order: EndOrder) => void): void {
    for (const because of ['SIGTERM', 'SIGINT'] as const) {
      process.on(because, () => listener({ how: 'now', because }));
    }
  }
}
