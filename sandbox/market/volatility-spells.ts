import { uniformAt } from './noise.ts'

type Spell = 'calm' | 'normal' | 'stressed' | 'crisis'

interface SpellKind {
  /** Times the volatility of an asset's profile. */
  readonly factor: number
  /** Shortest and longest, in days; lengths between are equally likely on a logarithmic scale. */
  readonly days: readonly [number, number]
  /** What follows, with its chance. */
  readonly next: readonly (readonly [Spell, number])[]
}

/**
 * Quiet markets last months, storms weeks, and the worst of a storm days: of a hundred days about 34 are calm, 53 normal,
 * 12 stressed and less than one a crisis, which comes about once in four years. Shorter spells than these are more
 * changes than a year of the regime has room for, and its classes would be held against what prices say.
 */
const KINDS: Readonly<Record<Spell, SpellKind>> = {
  calm: {
    factor: 0.6,
    days: [75, 240],
    next: [
      ['normal', 0.85],
      ['stressed', 0.15],
    ],
  },
  normal: {
    factor: 1,
    days: [60, 210],
    next: [
      ['calm', 0.55],
      ['stressed', 0.45],
    ],
  },
  stressed: {
    factor: 2,
    days: [25, 75],
    next: [
      ['normal', 0.75],
      ['crisis', 0.25],
    ],
  },
  crisis: {
    factor: 4,
    days: [5, 16],
    next: [
      ['stressed', 0.6],
      ['normal', 0.4],
    ],
  },
}

const [LENGTH, NEXT] = [5, 6]

/**
 * Volatility of a generated market in spells, one after the other from its first hour on; the same for every asset.
 * A pure function of the seed and the hour, in whatever order it is asked.
 */
export class VolatilitySpells {
  readonly #seed: number
  /** First hours of the spells known so far, and the kind of each; the last one ends at `#end`. */
  readonly #starts: number[] = []
  readonly #kinds: Spell[] = []
  #end: number

  constructor(seed: number, firstHour: number) {
    this.#seed = seed
    this.#end = firstHour
    // somewhere within a spell that was there before
    this.#add('normal', uniformAt(seed, LENGTH, -1))
  }

  /** Times an asset's volatility in the hour; before the first hour it is that of the first. */
  factor(hour: number): number {
    while (this.#end <= hour) this.#add(this.#following(), 1)
    let [low, high] = [0, this.#starts.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (this.#starts[middle]! <= hour) low = middle
      else high = middle - 1
    }
    return KINDS[this.#kinds[low]!].factor
  }

  #add(kind: Spell, share: number): void {
    const [shortest, longest] = KINDS[kind].days
    const days = shortest * (longest / shortest) ** uniformAt(this.#seed, LENGTH, this.#starts.length)
    this.#starts.push(this.#end)
    this.#kinds.push(kind)
    this.#end += Math.max(1, Math.round(24 * days * share))
  }

  #following(): Spell {
    const { next } = KINDS[this.#kinds.at(-1)!]
    let left = uniformAt(this.#seed, NEXT, this.#starts.length)
    for (const [kind, chance] of next) {
      if (left < chance) return kind
      left -= chance
    }
    return next.at(-1)![0]
  }
}
