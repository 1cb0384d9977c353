import { withRoom } from './cell-heap.ts'

/** Numbered things found by a 32-bit hash; those with the same hash form a chain. One number per thing, no object. */
export class HashChains {
  readonly #first = new Map<number, number>()
  /** Number + 1 of the next in the chain, 0 at its end. */
  #next: Uint32Array = new Uint32Array(16)

  /** The first in the chain for which `isIt` holds. */
  find(hash: number, isIt: (id: number) => boolean): number | undefined {
    let id = this.#first.get(hash)
    while (id !== undefined && !isIt(id)) {
      const next = this.#next[id]!
      id = next === 0 ? undefined : next - 1
    }
    return id
  }

  add(hash: number, id: number): void {
    this.#next = withRoom(this.#next, id)
    this.#next[id] = (this.#first.get(hash) ?? -1) + 1
    this.#first.set(hash, id)
  }

  remove(hash: number, id: number): void {
    const after = this.#next[id]!
    const first = this.#first.get(hash)!
    if (first === id) {
      if (after === 0) this.#first.delete(hash)
      else this.#first.set(hash, after - 1)
      return
    }
    let before = first
    while (this.#next[before] !== id + 1) before = this.#next[before]! - 1
    this.#next[before] = after
  }
}

/** FNV-1a over 32-bit words, mixed once more per word. */
export function hashWords(words: Uint32Array, seed: number): number {
  let hash = Math.imul(0x811c9dc5 ^ seed, 0x01000193)
  for (let i = 0; i < words.length; i++) {
    hash = Math.imul(hash ^ words[i]!, 0x01000193)
    hash ^= hash >>> 15
  }
  return hash
}
