/** Holds every answer of the apps under test against the OpenAPI description of their edition. */
import assert from 'node:assert/strict';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { OpenHandsApp } from '../../lib/app.ts';
import { openApiDocument } from '../../lib/oss/openapi/openapi-document.ts';
import type { OpenApiDocument } from '../../lib/oss/openapi/openapi-types.ts';

const JSON_TYPE = 'application/json';
const ERROR = '/components/schemas/Error';

interface Description {
  readonly document: OpenApiDocument;
  readonly ajv: Ajv2020;
}

/** By the class of a config, which is the same for most apps under test: to describe it, and to compile a schema, take long. */
const descriptions = new Map<unknown, Description>();

function descriptionOf({ config }: OpenHandsApp): Description {
  const known = descriptions.get(config.constructor);
  if (known !== undefined) return known;
  const document = openApiDocument(config.openApi());
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema(document, 'openapi.json');
  descriptions.set(config.constructor, { document, ajv });
  return { document, ajv };
}

export class DescribedApi {
  readonly #document: OpenApiDocument;
  readonly #ajv: Ajv2020;
  readonly #complaints: string[] = [];
  #answers = 0;

  constructor(app: OpenHandsApp) {
    const { document, ajv } = descriptionOf(app);
    this.#document = document;
    this.#ajv = ajv;
  }

  /** The same app, each of whose answers is looked at. */
  watch(app: RequestListener): RequestListener {
    return (request, response) => {
      const chunks: Buffer[] = [];
      const keep = (chunk: unknown): void => {
        if (typeof chunk === 'string' || chunk instanceof Uint8Array)
          chunks.push(Buffer.from(chunk as string));
      };
      const write = response.write.bind(response) as (...args: unknown[]) => boolean;
      const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse;
      response.write = (...args: unknown[]) => {
        keep(args[0]);
        return write(...args);
      };
      response.end = (...args: unknown[]) => {
        keep(args[0]);
        return end(...args);
      };
      response.once('finish', () => this.#look(request, response, Buffer.concat(chunks).toString()));
      app(request, response);
    };
  }

  /** How many answers of described operations there were. */
  get answers(): number {
    return this.#answers;
  }

  /** @throws AssertionError when an answer was not as described. */
  assertKept(): void {
    assert.deepEqual(this.#complaints, []);
  }

  #look(request: IncomingMessage, response: ServerResponse, body: string): void {
    const method = (request.method ?? '').toLowerCase();
    const path = new URL(request.url ?? '', 'http://localhost').pathname;
    if (method === 'options' || method === 'head') return;
    const complaint =
      this.#document.paths[path] === undefined
        ? this.#complaintAboutUnknown(path, response, body)
        : this.#complaintAbout(path, method, response, body);
    if (complaint !== undefined) {
      this.#complaints.push(`${method.toUpperCase()} ${path} → ${response.statusCode}: ${complaint} ${body}`);
    }
  }

  #complaintAbout(path: string, method: string, response: ServerResponse, body: string): string | undefined {
    const status = response.statusCode;
    const operation = this.#document.paths[path]?.[method];
    if (operation === undefined) {
      // Before it is known that there is no such operation, a request can be refused for other reasons.
      return [401, 403, 405, 421, 429].includes(status)
        ? this.#schemaComplaint(ERROR, body)
        : 'no such operation';
    }
    this.#answers += 1;
    const described = operation.responses[status];
    if (described === undefined) return 'this status is not described';
    for (const [name, { required }] of Object.entries(described.headers ?? {})) {
      if (required && !response.hasHeader(name)) return `the header ${name} is missing`;
    }
    if (described.content === undefined) return undefined;
    const type = typeOf(response);
    if (described.content[type] === undefined) return `the type ${type} is not described`;
    if (type !== JSON_TYPE) return undefined;
    return this.#schemaComplaint(
      pointer('paths', path, method, 'responses', String(status), 'content', type, 'schema'),
      body,
    );
  }

  /** What is no part of the description is not found, or is a file of the page, or a host's. */
  #complaintAboutUnknown(path: string, response: ServerResponse, body: string): string | undefined {
    const isError = path.startsWith('/api/') && response.statusCode >= 400 && typeOf(response) === JSON_TYPE;
    return isError ? this.#schemaComplaint(ERROR, body) : undefined;
  }

  #schemaComplaint(at: string, body: string): string | undefined {
    const validate = this.#ajv.getSchema(`openapi.json#${at}`) as ValidateFunction | undefined;
    if (validate === undefined) return `nothing is described at ${at}`;
    return validate(JSON.parse(body)) ? undefined : this.#ajv.errorsText(validate.errors);
  }
}

function typeOf(response: ServerResponse): string {
  return String(response.getHeader('content-type') ?? '').replace(/;.*/, '');
}

/** A JSON pointer (RFC 6901) for a URI fragment. */
function pointer(...segments: (string | undefined)[]): string {
  return segments
    .map((segment = '') => `/${encodeURIComponent(segment.replaceAll('~', '~0').replaceAll('/', '~1'))}`)
    .join('');
}
