/**
 * Loads a module when it is first asked for, and gives the same from then on. `import()` alone would look for it again on
 * each call: Node asks its resolver, and under a loader such as tsx another thread. A load that fails is tried anew.
 */
export function loadedOnce<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined;
  return () => {
    if (loading === undefined) {
      loading = load();
      // The failure is for those who asked.
      loading.catch(() => (loading = undefined));
    }
    return loading;
  };
}
