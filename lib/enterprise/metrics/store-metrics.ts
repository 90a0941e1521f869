import { Gauge, type Registry } from 'prom-client';

/**
 * Whether the store is full. Where servers that are not ready get no requests, nothing fails any more, so the count of failures
 * does not go on telling.
 */
export function registerStoreMetrics(
  registry: Registry,
  store: { readonly isStoreFull: () => Promise<boolean> },
): void {
  new Gauge({
    name: 'openhands_store_full',
    help: '1 when the store has no room, so that this process is not ready; else 0.',
    registers: [registry],
    aggregator: 'max',
    async collect() {
      this.set(Number(await store.isStoreFull()));
    },
  });
}
