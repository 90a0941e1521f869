/** Keeps this process busy for so many milliseconds: it reads nothing, and its timers are late. */
export function beBusy(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}
