import type { Request } from 'express';
import { z } from 'zod';
import { type ErrorCode, type ErrorCodeTable, OSS_ERROR_CODES } from '../error-codes.ts';
import { errorAnswer } from './answers.ts';
import { API_ERRORS, CHANGE_ERRORS } from './common-errors.ts';
import { exampleOf } from './example-of.ts';
import type {
  JsonSchema,
  OpenApiDocument,
  OpenApiMediaType,
  OpenApiOperation,
  OpenApiParameter,
  OpenApiResponse,
} from './openapi-types.ts';
import {
  type Answer,
  type ErrorCodes,
  mergeErrorCodes,
  type NamedSchema,
  type Operation,
} from './operation.ts';

/** How somebody shows who they are, by the name that operations have for it. */
export type SecuritySchemes = Readonly<Record<string, object>>;

export interface OpenApiOptions {
  readonly title: string;
  readonly operations: readonly Operation[];
  /** How somebody shows who they are, if they have to. */
  readonly securitySchemes?: SecuritySchemes;
  /** The same as this client has to do it, where that differs: over HTTPS a cookie may have another name. */
  readonly securitySchemesFor?: (req: Request) => SecuritySchemes;
  /** Errors of everything. */
  readonly commonErrors?: ErrorCodes;
  /** Errors of everything that is not open to all. */
  readonly unauthenticatedErrors?: ErrorCodes;
  /** What the codes of its errors mean, besides those of the OSS edition. */
  readonly errorCodes?: ErrorCodeTable;
}

/** Of the wire surface, which is older than this package and does not change with its versions. */
const VERSION = '1.0.0';

/** The OpenAPI 3.1 description of an edition, made from the schemas that check its requests. */
export function openApiDocument({
  title,
  operations,
  securitySchemes = {},
  commonErrors = {},
  unauthenticatedErrors = {},
  errorCodes = {},
}: OpenApiOptions): OpenApiDocument {
  const codes: ErrorCodeTable = { ...OSS_ERROR_CODES, ...errorCodes };
  const schemas: Record<string, JsonSchema> = {
    Error: jsonSchema(errorAnswer(Object.keys(codes).sort()), 'output'),
  };
  const reference = ({ name, schema, example }: NamedSchema, io: 'input' | 'output'): JsonSchema => {
    schemas[name] ??= { ...jsonSchema(schema, io), ...(example !== undefined && { examples: [example] }) };
    return { $ref: `#/components/schemas/${name}` };
  };
  const inJson = (named: NamedSchema, io: 'input' | 'output'): OpenApiMediaType => {
    const schema = reference(named, io);
    return { schema, example: exampleOf(schema, schemas) };
  };
  const security = Object.keys(securitySchemes).map((name) => ({ [name]: [] }));

  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const operation of operations) {
    const { method, path, id, tag, summary, description, isOpenToAll = false, query, body } = operation;
    const errors = mergeErrorCodes(
      operation.errors ?? {},
      commonErrors,
      isOpenToAll ? {} : unauthenticatedErrors,
      path.startsWith('/api/') ? API_ERRORS : {},
      path.startsWith('/api/') && method === 'post' ? CHANGE_ERRORS : {},
    );
    const parameters = [...headerParameters(operation), ...(query ? queryParameters(query) : [])];
    paths[path] = {
      ...paths[path],
      [method]: {
        operationId: id,
        tags: [tag.name],
        summary,
        ...(description !== undefined && { description }),
        security: isOpenToAll ? [] : security,
        ...(parameters.length > 0 && { parameters }),
        ...(body && {
          requestBody: {
            required: true,
            content: { 'application/json': inJson(body, 'input') },
          },
        }),
        responses: {
          ...Object.fromEntries(
            Object.entries(errors).map(([status, possible]) => [
              status,
              errorResponse(status, meaningsOf(possible, codes), operation),
            ]),
          ),
          ...Object.fromEntries(
            Object.entries(operation.responses).map(([status, answer]) => [status, response(answer, inJson)]),
          ),
        },
      },
    };
  }
  return {
    openapi: '3.1.1',
    info: {
      title,
      version: VERSION,
      description:
        'The HTTP interface of the OpenHands server, as its web client calls it. HEAD is answered as GET is, ' +
        'without the body, and OPTIONS with the methods that an address takes, in `Allow`. Any other method is ' +
        'answered with 405 and `Allow`, an unknown address with 404, both with an `Error`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    tags: [...new Map(operations.map(({ tag }) => [tag.name, tag])).values()],
    paths,
    components: { schemas, securitySchemes },
  };
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...converted } = z.toJSONSchema(schema, {
    io,
    override: ({ jsonSchema: made }) => {
      // What JavaScript can count to is a bound of what it takes; of what it gives, it says nothing.
      if (io === 'output' && made.minimum === Number.MIN_SAFE_INTEGER) delete made.minimum;
      if (io === 'output' && made.maximum === Number.MAX_SAFE_INTEGER) delete made.maximum;
      // Of the text that carries the number.
      if (made.type === 'integer') delete made.pattern;
    },
  });
  return converted as JsonSchema;
}

function queryParameters(query: z.ZodObject): OpenApiParameter[] {
  const { properties = {}, required = [] } = jsonSchema(query, 'input');
  return Object.entries(properties).map(([name, { description, ...schema }]) => {
    // Of what is turned into something else, zod describes no default.
    const field = query.shape[name] as z.ZodType | undefined;
    const preset = field?.safeParse(undefined).data;
    return {
      name,
      in: 'query',
      required: required.includes(name),
      ...(description !== undefined && { description }),
      schema: { ...schema, ...(preset !== undefined && { default: preset }) },
    };
  });
}

function headerParameters({ headers = {} }: Operation): OpenApiParameter[] {
  return Object.entries(headers).map(([name, description]) => ({
    name,
    in: 'header',
    required: true,
    description,
    schema: { type: 'string' },
  }));
}

function response(
  { description, body, mediaType, headers }: Answer,
  inJson: (named: NamedSchema, io: 'output') => OpenApiMediaType,
): OpenApiResponse {
  return {
    description,
    ...(headers && { headers: headersOf(headers) }),
    ...(body && { content: { 'application/json': inJson(body, 'output') } }),
    ...(mediaType !== undefined && { content: { [mediaType]: { schema: { type: 'string' } } } }),
  };
}

const RETRY_AFTER = { 'Retry-After': 'How many seconds to wait before the next attempt.' };

/** The possible codes with what each means. */
function meaningsOf(possible: readonly ErrorCode[], codes: ErrorCodeTable): ReadonlyMap<string, string> {
  return new Map(possible.map((code) => [code, codes[code]?.meaning ?? '']));
}

function errorResponse(
  status: string,
  meanings: ReadonlyMap<string, string>,
  { showsErrorsAsPage = false }: Operation,
): OpenApiResponse {
  const schema = { $ref: '#/components/schemas/Error' };
  return {
    description: [...meanings].map(([code, meaning]) => `\`${code}\`: ${meaning}`).join(' '),
    ...(['429', '503'].includes(status) && { headers: headersOf(RETRY_AFTER) }),
    content: {
      'application/json': {
        schema: { allOf: [schema, { properties: { code: { enum: [...meanings.keys()] } } }] },
        examples: Object.fromEntries(
          [...meanings].map(([code, meaning]) => [
            code,
            { summary: meaning, value: errorExample(code, meaning) },
          ]),
        ),
      },
      ...(showsErrorsAsPage && { 'text/html': { schema: { type: 'string' } } }),
    },
  };
}

/** Its sentence is the first of what the code means; a server may say more. */
function errorExample(code: string, meaning: string): object {
  const [sentence = ''] = /^.*?[.](?=\s|$)/.exec(meaning) ?? [meaning];
  const detail = [
    { loc: ['query', 'page'], msg: 'Input should be a whole number greater than 0', type: 'value_error' },
  ];
  return {
    error: sentence.replaceAll('`', ''),
    code,
    ...(code === 'validation_error' && { detail }),
  };
}

function headersOf(headers: Readonly<Record<string, string>>): NonNullable<OpenApiResponse['headers']> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => {
      const schema = { type: 'string' };
      return [name.replace('?', ''), { description, required: !name.endsWith('?'), schema }];
    }),
  );
}
