import { fold } from '../ui/fold.ts'

/** Where a query was found in a text, as [start, end) ranges, and how well (higher is better). */
export interface FuzzyMatch {
  readonly score: number
  readonly ranges: readonly (readonly [number, number])[]
  /** Every word of the query stands in the text as it is, or as the first letters of its words. */
  readonly close: boolean
}

const WORD_START = 8
const FOLLOWS = 5
const FIRST = 4
/** A found letter inside a word is worth little; a gap costs a little. */
const INSIDE = 1
const GAP = 0.15

const isWordStart = (text: string, at: number): boolean => at === 0 || /[\s,.\-/:_]/.test(text[at - 1]!)

/**
 * All characters of the query in order, spaces in the query dividing words that may stand in any order.
 * Prefers whole substrings and starts of words. null when a word of the query is not in the text.
 */
export function fuzzyMatch(query: string, text: string, closeOnly = false): FuzzyMatch | null {
  const words = fold(query).split(/\s+/).filter(Boolean)
  if (words.length === 0) return { score: 0, ranges: [], close: true }
  const folded = fold(text)
  let score = 0
  let close = true
  const hits: number[] = []
  for (const word of words) {
    const found = matchWord(word, folded, closeOnly)
    if (!found || (closeOnly && !found.close)) return null
    score += found.score
    close &&= found.close
    hits.push(...found.at)
  }
  return { score: score - folded.length * 0.01, ranges: toRanges(hits), close }
}

interface WordMatch {
  readonly score: number
  readonly at: readonly number[]
  readonly close: boolean
}

function matchWord(word: string, text: string, closeOnly: boolean): WordMatch | null {
  let best: WordMatch | null = null
  for (let start = text.indexOf(word); start >= 0; start = text.indexOf(word, start + 1)) {
    const score = word.length * FOLLOWS + (isWordStart(text, start) ? WORD_START : 0) + (start === 0 ? FIRST : 0)
    if (!best || score > best.score) best = { score, at: Array.from(word, (_, k) => start + k), close: true }
  }
  // First letters of words need as many words: cheaper to count than to look for.
  if (best || (closeOnly && text.split(' ').length < word.length)) return best
  return matchScattered(word, text)
}

/** Letters apart from each other: each next one at a start of a word if there is one, else at the next place. */
function matchScattered(word: string, text: string): WordMatch | null {
  const at: number[] = []
  let score = 0
  let from = 0
  for (const letter of word) {
    const next = text.indexOf(letter, from)
    if (next < 0) return null
    let place = next
    if (!isWordStart(text, next)) {
      for (let k = next; k >= 0; k = text.indexOf(letter, k + 1)) {
        if (isWordStart(text, k)) {
          place = k
          break
        }
      }
      const restAfter = word.slice(at.length + 1)
      if (place !== next && !isSubsequence(restAfter, text, place + 1)) place = next
    }
    score += isWordStart(text, place) ? WORD_START / 2 : place === from && at.length > 0 ? FOLLOWS / 2 : INSIDE
    score -= (place - from) * GAP
    at.push(place)
    from = place + 1
  }
  // Letters strewn over a long text are noise, not a match.
  return at.at(-1)! - at[0]! > word.length * 6 + 8
    ? null
    : { score, at, close: at.every((place) => isWordStart(text, place)) }
}

function isSubsequence(word: string, text: string, from: number): boolean {
  let at = from
  for (const letter of word) {
    const next = text.indexOf(letter, at)
    if (next < 0) return false
    at = next + 1
  }
  return true
}

function toRanges(hits: readonly number[]): (readonly [number, number])[] {
  const ranges: [number, number][] = []
  for (const at of [...new Set(hits)].sort((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last && last[1] === at) last[1]++
    else ranges.push([at, at + 1])
  }
  return ranges
}
