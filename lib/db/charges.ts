/** What projects use and how much they may: counted by the transactions that change it, refused by the same statement. */

/**
 * size: bytes kept in stores, each copy for itself, and what is promised to uploads and copies under way; stage: bytes
 * that wait for an import; count: images (of a store: copies there); uploading: images that are being filled.
 */
export const resources = ['size', 'stage', 'count', 'uploading'] as const;
export type Resource = (typeof resources)[number];

/** Stands for all stores together. */
export const allStores = '';

export interface Over {
  projectId: string;
  /** `allStores`, or the store whose limit it is. */
  storeId: string;
  resource: Resource;
  used: number;
  asked: number;
  most: number;
}

/** How much one project may use. Without it a transaction charges whatever it has to. */
export interface ChargeLimits {
  projectId: string;
  /** Null: as much as it wants. */
  mostOf(storeId: string, resource: Resource): number | null;
  /** What the transaction fails with when it asks for more. */
  refuse(over: Over): Error;
}

export interface Charge {
  projectId: string;
  storeId: string;
  resource: Resource;
  amount: number;
}

/** Of one transaction, until its end. */
export interface Charges {
  readonly planned: Map<string, Charge>;
  readonly limits: Map<string, ChargeLimits>;
}

export function openCharges(): Charges {
  return { planned: new Map(), limits: new Map() };
}
