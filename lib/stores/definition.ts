/** A store as the operator describes it: one entry of `stores:` in stowage.yaml, checked and with every default filled in. */
export interface StoreDefinition {
  readonly id: string;
  readonly driver: string;
  /** What the driver's own schema made of `options`. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly description: string;
  /** Order in which locations are read and shown: the greatest first. */
  readonly weight: number;
  readonly tier: string | null;
  readonly site: string | null;
  readonly hypervisors: readonly string[];
  readonly pricePerGibMonth: number | null;
  readonly quotaBytes: number | null;
  /** Three capital letters or digits, unique, for dense screens. */
  readonly code: string;
  /** Per cent of capacity above which nothing is placed by itself. */
  readonly loadLinePercent: number;
  readonly mode: 'read-write' | 'read-only';
}
