/** What processes keep in memory: what is left when all garbage is collected. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const TELLS = fileURLToPath(new URL('tell-kept.cjs', import.meta.url));
/** How long a process that is busy may take to tell, in milliseconds. */
const PATIENCE_MS = 60_000;

export class KeptMemory {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async prepare(): Promise<KeptMemory> {
    return new KeptMemory(await mkdtemp(join(tmpdir(), 'bench-kept-')));
  }

  /** What the processes need to tell. */
  get environment(): Readonly<Record<string, string>> {
    return { NODE_OPTIONS: `--require="${TELLS}"`, BENCH_KEPT_FOLDER: this.#folder };
  }

  /** Of some processes together, in MiB. */
  async of(pids: readonly number[]): Promise<number> {
    const kept = await Promise.all(pids.map((pid) => this.#ofOne(pid)));
    return kept.reduce((sum, bytes) => sum + bytes, 0) / 2 ** 20;
  }

  remove(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }

  async #ofOne(pid: number): Promise<number> {
    const { length } = await this.#told(pid);
    process.kill(pid, 'SIGUSR2');
    const until = performance.now() + PATIENCE_MS;
    while (performance.now() < until) {
      await delay(20);
      const told = await this.#told(pid);
      if (told.length > length) return told.at(-1) ?? NaN;
    }
    throw new Error(`Process ${pid} does not tell what it keeps.`);
  }

  async #told(pid: number): Promise<number[]> {
    const text = await readFile(join(this.#folder, String(pid)), 'utf8').catch(() => '');
    // Behind the last end of a line a number may be half written.
    return text.split('\n').slice(0, -1).map(Number);
  }
}
