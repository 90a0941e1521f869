/** The keys that the tests of the engine use. */
declare module '../../lib/compose.ts' {
  interface RequestState {
    visitor?: string;
    tenant?: string;
    locale?: string;
    theme?: string;
  }
}

export {};
