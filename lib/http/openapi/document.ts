import { z } from 'zod';
import { errorStatus } from '#lib/contract/errors.ts';
import { operations, type Operation } from './operations.ts';

type Json = Record<string, unknown>;

const problem: Json = {
  type: 'object',
  description: 'RFC 9457 problem details.',
  required: ['type', 'title', 'status', 'detail', 'code', 'request_id'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What happened, for people.' },
    code: { type: 'string', enum: Object.keys(errorStatus) },
    remedy: { type: 'string', description: 'What to do about it.' },
    field: { type: 'string' },
    request_id: { type: 'string' },
  },
};

/** OpenAPI 3.1 of the console's JSON, made from the schemas that the server itself checks with. */
export function toOpenApi(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    const path = (paths[operation.path] ??= {});
    path[operation.method] = toOperation(operation);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Stowage', version, description: 'The console and scripts speak this.' },
    security: [{ token: [] }, { bearer: [] }, { session: [] }],
    paths,
    components: {
      schemas: { Problem: problem },
      securitySchemes: {
        token: { type: 'apiKey', in: 'header', name: 'X-Auth-Token' },
        bearer: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'stowage_session' },
      },
    },
  };
}

function toOperation({ path, summary, query, body, answers, mediaType }: Operation): Json {
  const problems = {
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  return {
    summary,
    parameters: [...pathParameters(path), ...(query === undefined ? [] : queryParameters(query))],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: toSchema(body, 'input') } },
          },
        }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, schema]) => [
          status,
          {
            description: summary,
            ...(status === '204'
              ? {}
              : {
                  content: {
                    [mediaType ?? 'application/json']: {
                      schema: schema === null ? {} : toSchema(schema, 'output'),
                    },
                  },
                }),
          },
        ]),
      ),
      default: { description: 'What went wrong.', ...problems },
    },
  };
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(query: z.ZodObject): Json[] {
  return Object.entries(query.shape).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    // Of what it becomes: a number in a query is text that is read as one.
    schema: toSchema(schema as z.ZodType, 'output'),
  }));
}

function toSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
  return json;
}
