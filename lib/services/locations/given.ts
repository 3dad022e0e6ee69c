/** A location as a caller gives it. */
export interface GivenLocation {
  url: string;
  /** What the object must hash to (SHA-512); null: whatever it hashes to. */
  sha512: string | null;
  /** What it must hash to by another algorithm; the image gets the SHA-512 of the bytes that do. */
  otherHash?: OtherHash | null;
  /** As it came, shown with the task. */
  body: Record<string, unknown>;
}

export interface OtherHash {
  algorithm: 'md5' | 'sha1' | 'sha256';
  /** In hexadecimal digits, lower case. */
  value: string;
}
