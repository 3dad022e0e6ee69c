/** Without what is mistaken for another when it is read aloud: i, l, o, u, 0, 1. */
const letters = 'abcdefghjkmnpqrstvwxyz23456789';

/** Four groups of five letters, such as `k7mqx-…`: 98 bits. */
export function generatePassword(): string {
  let text = '';
  while (text.length < 20) {
    for (const byte of crypto.getRandomValues(new Uint8Array(32))) {
      // What lies above the last whole round would favour the first letters.
      if (byte < 240 && text.length < 20) text += letters.charAt(byte % letters.length);
    }
  }
  return text.replace(/.{5}(?=.)/g, '$&-');
}
