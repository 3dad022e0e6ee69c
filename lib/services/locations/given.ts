/** A location as a caller gives it. */
export interface GivenLocation {
  url: string;
  /** What the object must hash to (SHA-512); null: whatever it hashes to. */
  sha512: string | null;
  /** As it came, shown with the task. */
  body: Record<string, unknown>;
}
