/**
 * What a Dockerfile does, done in a folder instead of in a container: there is none where these tests run. The base
 * image is this machine.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import {
  type Cmd,
  type Copy,
  DockerfileParser,
  type Entrypoint,
  type Env,
  type From,
  type Healthcheck,
  type Instruction,
} from 'dockerfile-ast';

/** A stage of a build, or at the end the image. */
export class Image {
  /** What is `/` for it. */
  readonly root: string;
  readonly env: Record<string, string> = {};
  workdir = '/';
  user = 'root';
  entrypoint: string[] = [];
  cmd: string[] = [];
  healthcheck: string[] = [];
  readonly volumes: string[] = [];

  constructor(root: string) {
    this.root = root;
  }

  /** Where a path of the image is on this machine. */
  path(path: string): string {
    return join(this.root, path.startsWith('/') ? path : join(this.workdir, path));
  }

  /** The environment of its processes, with the paths of this machine. */
  get processEnv(): Record<string, string> {
    const env = Object.entries(this.env).map(([name, value]) => [name, this.#local(value)] as const);
    return { PATH: process.env.PATH ?? '', HOME: this.root, ...Object.fromEntries(env) };
  }

  /** Runs a line of shell as `RUN` does. @throws Error with what it printed. */
  async run(line: string): Promise<void> {
    const { username } = userInfo();
    const here = this.#local(line).replace(/--(owner|group)=node/g, (_, option: string) =>
      option === 'owner' ? `--owner=${username}` : '',
    );
    const child = spawn('sh', ['-c', here], {
      cwd: this.path('.'),
      env: {
        ...this.processEnv,
        npm_config_cache: process.env.npm_config_cache ?? join(userInfo().homedir, '.npm'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += String(chunk)));
    const [code] = (await once(child, 'close')) as [number];
    if (code !== 0) throw new Error(`RUN ${line}: ${output}`);
  }

  #local(text: string): string {
    return text.replaceAll('/var/lib/', `${this.root}/var/lib/`);
  }
}

/** Goes through the instructions of a Dockerfile. @returns the image of the last stage, and all that were met. */
export async function buildImage(
  context: string,
  folder: string,
): Promise<{ image: Image; instructions: readonly string[] }> {
  const text = await readFile(join(context, 'Dockerfile'), 'utf8');
  const sent = await contextFilter(context);
  const stages = new Map<string, Image>();
  const instructions: string[] = [];
  let image = new Image(folder);
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    const keyword = instruction.getKeyword();
    instructions.push(keyword);
    if (keyword === 'FROM') {
      const name = (instruction as From).getBuildStage() ?? 'final';
      image = new Image(join(folder, name));
      await mkdir(image.root, { recursive: true });
      stages.set(name, image);
    } else if (keyword === 'COPY') await copy(instruction as Copy, image, context, sent, stages);
    else await follow(instruction, image);
  }
  return { image, instructions };
}

async function follow(instruction: Instruction, image: Image): Promise<void> {
  const [first = ''] = instruction.getArguments().map((argument) => argument.getValue());
  switch (instruction.getKeyword()) {
    case 'WORKDIR':
      image.workdir = first;
      await mkdir(image.path('.'), { recursive: true });
      break;
    case 'ENV':
      for (const property of (instruction as Env).getProperties()) {
        image.env[property.getName()] = property.getValue() ?? '';
      }
      break;
    case 'RUN': {
      await mkdir(image.path('/var/lib'), { recursive: true });
      await image.run(instruction.getRawArgumentsContent() ?? '');
      break;
    }
    case 'USER':
      image.user = first;
      break;
    case 'VOLUME':
      image.volumes.push(first);
      break;
    case 'ENTRYPOINT':
      image.entrypoint = strings(instruction as Entrypoint);
      break;
    case 'CMD':
      image.cmd = strings(instruction as Cmd);
      break;
    case 'HEALTHCHECK':
      image.healthcheck = jsonIn((instruction as Healthcheck).getRawArgumentsContent() ?? '');
      break;
    case 'EXPOSE':
    case 'STOPSIGNAL':
      break;
    default:
      throw new Error(`Nobody has said how to follow ${instruction.getKeyword()}.`);
  }
}

async function copy(
  instruction: Copy,
  image: Image,
  context: string,
  isSent: (path: string) => boolean,
  stages: ReadonlyMap<string, Image>,
): Promise<void> {
  const paths = instruction.getArguments().map((argument) => argument.getValue());
  const target = paths.pop() ?? '';
  const from = instruction
    .getFlags()
    .find((flag) => flag.getName() === 'from')
    ?.getValue();
  const stage = from === undefined || from === null ? undefined : stages.get(from);
  for (const path of paths) {
    if (stage === undefined && !isSent(path))
      throw new Error(`.dockerignore keeps ${path} from being copied.`);
    const source = stage === undefined ? join(context, path) : stage.path(path);
    const into = target.endsWith('/') ? join(target, basename(path)) : target;
    await mkdir(dirname(image.path(into)), { recursive: true });
    await cp(source, image.path(into), { recursive: true, verbatimSymlinks: true });
  }
}

/** `--interval=10s CMD ["node", …]`: the parser takes what stands behind the flags for plain words. */
function jsonIn(text: string): string[] {
  return JSON.parse(text.slice(text.indexOf('['))) as string[];
}

function strings(instruction: Cmd | Entrypoint): string[] {
  return instruction.getJSONStrings().map((string) => string.getJSONValue());
}

/** What `.dockerignore` lets through: here it ignores everything, and then names what it does not. */
async function contextFilter(context: string): Promise<(path: string) => boolean> {
  const lines = (await readFile(join(context, '.dockerignore'), 'utf8'))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const kept = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  return (path) =>
    lines[0] !== '*' || kept.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
}
