/**
 * The form in which the standard definitions are written down. Names, types and allowed values are those that OpenStack
 * publishes; the words are ours.
 */
import type { NewNamespace } from '../create-namespace.ts';
import type { NewEntry } from '../entry-kinds.ts';

export interface StandardProperty {
  readonly type: 'array' | 'boolean' | 'integer' | 'number' | 'string';
  readonly title: string;
  readonly description: string;
  readonly [attribute: string]: unknown;
}

type Properties = Readonly<Record<string, StandardProperty>>;

export interface StandardNamespace {
  readonly namespace: string;
  readonly title: string;
  readonly description: string;
  /** True unless it says otherwise. */
  readonly protected?: boolean;
  /** Types of resources, each with its prefix and what the properties go to. */
  readonly on?: readonly (readonly [type: string, prefix?: string, target?: string])[];
  readonly properties?: Properties;
  readonly objects?: Readonly<
    Record<string, { readonly description: string; readonly properties: Properties }>
  >;
}

type More = Readonly<Record<string, unknown>>;

export function text(title: string, description: string, more: More = {}): StandardProperty {
  return { type: 'string', title, description, ...more };
}

export function choice(
  title: string,
  description: string,
  values: readonly string[],
  more: More = {},
): StandardProperty {
  return { type: 'string', title, description, enum: values, ...more };
}

export function integer(title: string, description: string, more: More = {}): StandardProperty {
  return { type: 'integer', title, description, ...more };
}

export function flag(title: string, description: string): StandardProperty {
  return { type: 'boolean', title, description };
}

/** Which of the values a host or an image must have: one of several, or all of them. */
export const anyOf = { operators: ['<or>'] };
export const anyOrAllOf = { operators: ['<or>', '<all-in>'] };

/** Owner and visibility are those that Glance gives what it loads itself. */
export function toNewNamespace(standard: StandardNamespace): {
  namespace: NewNamespace & { ownerId: string };
  entries: NewEntry[];
} {
  const { on = [], properties = {}, objects = {} } = standard;
  return {
    namespace: {
      name: standard.namespace,
      displayName: standard.title,
      description: standard.description,
      visibility: 'public',
      protected: standard.protected ?? true,
      ownerId: 'admin',
    },
    entries: [
      ...on.map(([name, prefix, target]): NewEntry => {
        const body = { ...(prefix && { prefix }), ...(target && { properties_target: target }) };
        return { kind: 'resource_type', name, body };
      }),
      ...Object.entries(properties).map(([name, body]): NewEntry => ({ kind: 'property', name, body })),
      ...Object.entries(objects).map(([name, body]): NewEntry => ({ kind: 'object', name, body })),
    ],
  };
}
