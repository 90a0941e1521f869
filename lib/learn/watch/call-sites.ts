/** The calls above a function, the innermost first, as V8 has them: without their text, which costs far more. */
export function callSitesAbove(
  callee: (...args: never[]) => unknown,
  most: number,
): readonly NodeJS.CallSite[] {
  const holder: { stack?: unknown } = {};
  const limit = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit');
  const own = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  // Not assigned: a program may have frozen Error.
  const isLimited = Reflect.set(Error, 'stackTraceLimit', most);
  const isPrepared = Reflect.set(Error, 'prepareStackTrace', asTheyAre);
  try {
    Error.captureStackTrace(holder, callee);
    return Array.isArray(holder.stack) ? (holder.stack as NodeJS.CallSite[]) : [];
  } finally {
    if (isPrepared) restore('prepareStackTrace', own);
    if (isLimited) restore('stackTraceLimit', limit);
  }
}

function asTheyAre(_error: Error, sites: NodeJS.CallSite[]): NodeJS.CallSite[] {
  return sites;
}

function restore(key: 'prepareStackTrace' | 'stackTraceLimit', own: PropertyDescriptor | undefined): void {
  if (own === undefined) Reflect.deleteProperty(Error, key);
  else Object.defineProperty(Error, key, own);
}
