const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const LENGTH = 17
const MODULUS = 1n << 32n
const FACTOR = 2654435761n

/** An id in Kraken's form, X and 5-5-6 characters, one to one with the number (below 2^32). */
export function krakenId(letter: string, id: number): string {
  // An odd factor modulo 2^32 is a bijection: neighbours look different, nothing collides.
  let rest = ((BigInt(id) * FACTOR) % MODULUS) + BigInt(id) * MODULUS
  let text = ''
  for (let i = 0; i < LENGTH - 1; i++) {
    text += ALPHABET[Number(rest % 32n)]
    rest /= 32n
  }
  return `${letter}${text.slice(0, 5)}-${text.slice(5, 10)}-${text.slice(10)}`
}

/** The number of an id, or null for text that is none. */
export function numberOfKrakenId(text: string): number | null {
  const letters = text.replaceAll('-', '').slice(1)
  if (!/^[A-Z]/.test(text) || letters.length !== LENGTH - 1) return null
  let value = 0n
  for (let i = letters.length - 1; i >= 0; i--) {
    const digit = ALPHABET.indexOf(letters[i]!)
    if (digit < 0) return null
    value = value * 32n + BigInt(digit)
  }
  const id = Number(value / MODULUS)
  return krakenId(text[0]!, id) === text ? id : null
}
