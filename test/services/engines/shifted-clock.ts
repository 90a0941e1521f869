/** What `NODE_OPTIONS` has to be for a process that takes it to be later, by so many milliseconds, than it is. */
export function withClockShifted(laterMs: number): string {
  const hook = `const Real = Date;
    globalThis.Date = class Date extends Real {
      constructor(...given) { given.length === 0 ? super(Real.now() + ${laterMs}) : super(...given); }
      static now() { return Real.now() + ${laterMs}; }
    };`;
  return `--import=data:text/javascript,${encodeURIComponent(hook)}`;
}
