import { performance } from 'node:perf_hooks';
import type {
  Document,
  DocumentStore,
  LockOptions,
  VerifyOptions,
} from '../../oss/storage/document-store.ts';
import type { ServerMetrics, StoreOperation } from './server-metrics.ts';

/** A store that tells how long it takes. */
export class ObservedDocumentStore implements DocumentStore {
  readonly #store: DocumentStore;
  readonly #metrics: Pick<ServerMetrics, 'storeAnswered'>;

  constructor(store: DocumentStore, metrics: Pick<ServerMetrics, 'storeAnswered'>) {
    this.#store = store;
    this.#metrics = metrics;
  }

  read(key: string): Promise<Document | undefined> {
    return this.#timed('read', () => this.#store.read(key));
  }

  write(key: string, document: Document): Promise<void> {
    return this.#timed('write', () => this.#store.write(key, document));
  }

  delete(key: string): Promise<void> {
    return this.#timed('delete', () => this.#store.delete(key));
  }

  list(prefix: string): AsyncIterable<string> {
    return this.#store.list(prefix);
  }

  listSetAside(prefix: string): AsyncIterable<string> {
    return this.#store.listSetAside(prefix);
  }

  async withLock<T>(key: string, fn: () => Promise<T>, options?: LockOptions): Promise<T> {
    const end = this.#timer('lock');
    try {
      return await this.#store.withLock(
        key,
        () => {
          end('ok');
          return fn();
        },
        options,
      );
    } catch (error) {
      end('error');
      throw error;
    }
  }

  async verify(options?: VerifyOptions): Promise<void> {
    await this.#store.verify?.(options);
  }

  check(): Promise<void> {
    return this.#store.check();
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async #timed<T>(operation: StoreOperation, run: () => Promise<T>): Promise<T> {
    const end = this.#timer(operation);
    try {
      const result = await run();
      end('ok');
      return result;
    } catch (error) {
      end('error');
      throw error;
    }
  }

  /** The first call of what it returns counts: what fails while a lock is held is no failure of the lock. */
  #timer(operation: StoreOperation): (outcome: 'ok' | 'error') => void {
    const start = performance.now();
    let ended = false;
    return (outcome) => {
      if (ended) return;
      ended = true;
      this.#metrics.storeAnswered(operation, outcome, (performance.now() - start) / 1000);
    };
  }
}
