/** Four digits of each number below 65,536: a million images have some 300 million digits. */
const digits = Array.from({ length: 65_536 }, (_, i) => i.toString(16).padStart(4, '0'));

/** Small, fast and the same on every machine: `Math.random` cannot be given a seed. Not for secrets. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** 32 bits (mulberry32). */
  bits(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** From 0 up to, not with, 1. */
  fraction(): number {
    return this.bits() / 2 ** 32;
  }

  /** From 0 up to, not with, `below`. */
  integer(below: number): number {
    return Math.floor(this.fraction() * below);
  }

  chance(part: number): boolean {
    return this.fraction() < part;
  }

  pick<T>(choices: readonly T[]): T {
    const chosen = choices[this.integer(choices.length)];
    if (chosen === undefined) throw new Error('nothing to choose from');
    return chosen;
  }

  /** The first choices often, the last ones rarely: `power` 1 is even, 3 gives half of all to the first eighth. */
  pickSkewed<T>(choices: readonly T[], power: number): T {
    return choices[Math.floor(this.fraction() ** power * choices.length)] ?? this.pick(choices);
  }

  hex(characters: number): string {
    let text = '';
    while (text.length < characters) {
      const bits = this.bits();
      text += `${digits[bits >>> 16]}${digits[bits & 0xffff]}`;
    }
    return text.length === characters ? text : text.slice(0, characters);
  }

  uuid(): string {
    const hex = this.hex(32);
    const variant = '89ab'[this.integer(4)];
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  }
}
