/**
 * Deterministic random numbers: xoshiro128** (Blackman & Vigna), seeded by splitmix32.
 * `fork(name)` gives an independent stream, so that adding a consumer does not shift the others.
 */
export interface Random {
  /** Uniform in [0, 1) with 53 bits. */
  next(): number
  /** Standard normal (polar method). */
  normal(): number
  between(low: number, high: number): number
  /** Integer in [0, below). */
  integer(below: number): number
  pick<T>(items: readonly T[]): T
  fork(name: string): Random
}

const rotl = (x: number, k: number): number => ((x << k) | (x >>> (32 - k))) >>> 0

/** FNV-1a, 32 bits. */
export function hash32(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h >>> 0
}

export function createRandom(seed: number): Random {
  let mix = seed >>> 0
  const split = (): number => {
    mix = (mix + 0x9e3779b9) >>> 0
    let z = mix
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    return (z ^ (z >>> 16)) >>> 0
  }
  let [a, b, c, d] = [split(), split(), split(), split()]
  const word = (): number => {
    const result = Math.imul(rotl(Math.imul(b, 5) >>> 0, 7), 9) >>> 0
    const t = (b << 9) >>> 0
    c = (c ^ a) >>> 0
    d = (d ^ b) >>> 0
    b = (b ^ c) >>> 0
    a = (a ^ d) >>> 0
    c = (c ^ t) >>> 0
    d = rotl(d, 11)
    return result
  }
  const next = (): number => ((word() >>> 5) * 67108864 + (word() >>> 6)) / 9007199254740992
  let spare: number | undefined
  return {
    next,
    normal() {
      if (spare !== undefined) {
        const value = spare
        spare = undefined
        return value
      }
      for (;;) {
        const x = 2 * next() - 1
        const y = 2 * next() - 1
        const r = x * x + y * y
        if (r >= 1 || r === 0) continue
        const m = Math.sqrt((-2 * Math.log(r)) / r)
        spare = y * m
        return x * m
      }
    },
    between: (low, high) => low + (high - low) * next(),
    integer: (below) => Math.floor(next() * below),
    pick: (items) => items[Math.floor(next() * items.length)]!,
    fork: (name) => createRandom((seed ^ hash32(name)) >>> 0),
  }
}
