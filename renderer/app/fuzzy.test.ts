import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fold } from '../ui/fold.ts'
import { fuzzyMatch } from './fuzzy.ts'

const marked = (query: string, text: string): string | null => {
  const match = fuzzyMatch(query, text)
  if (!match) return null
  let shown = ''
  let at = 0
  for (const [start, end] of match.ranges) {
    shown += `${text.slice(at, start)}[${text.slice(start, end)}]`
    at = end
  }
  return shown + text.slice(at)
}
const better = (query: string, a: string, b: string): boolean =>
  fuzzyMatch(query, a)!.score > fuzzyMatch(query, b)!.score

describe('fuzzy', () => {
  test('marks what was found', () => {
    expect(marked('reb', 'Rebalance selected book')).toBe('[Reb]alance selected book')
    expect(marked('sft', 'Silvera Family Trust')).toBe('[S]ilvera [F]amily [T]rust')
    expect(marked('trust silv', 'Silvera Family Trust')).toBe('[Silv]era Family [Trust]')
  })
  test('accents do not matter and positions stay', () => {
    expect(fold('Zieliński, Ø.')).toHaveLength('Zieliński, Ø.'.length)
    expect(marked('zielinski', 'Zieliński, D.')).toBe('[Zieliński], D.')
  })
  test('what is not there is no match', () => {
    expect(fuzzyMatch('xyz', 'Silvera')).toBeNull()
    expect(fuzzyMatch('silvera trust', 'Silvera Pension')).toBeNull()
  })
  test('starts of words beat insides, whole beats scattered', () => {
    expect(better('link', 'LINK lots', 'Blinking')).toBe(true)
    expect(better('pro', 'Proposals', 'Approve')).toBe(true)
    expect(better('mon', 'Monitor', 'My old notes')).toBe(true)
  })
  test('close: as it is, or the first letters of words; strewn letters are not', () => {
    expect(['lin', 'sft', 'ilvera'].map((query) => fuzzyMatch(query, 'Silvera Family Trust lines')!.close)).toEqual([
      true,
      true,
      true,
    ])
    expect(fuzzyMatch('lin', 'Import client books')).toMatchObject({ close: false })
  })
  test('an empty query matches everything', () => {
    expect(fuzzyMatch('  ', 'anything')).toEqual({ score: 0, ranges: [], close: true })
  })
  test('any piece of a text is found in it, and ranges are inside and in order', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 40 }), fc.nat(), fc.nat(), (text, a, b) => {
        const from = a % text.length
        const query = text.slice(from, from + 1 + (b % (text.length - from)))
        const match = fuzzyMatch(query, text)
        expect(match).not.toBeNull()
        let last = 0
        for (const [start, end] of match!.ranges) {
          expect(start).toBeGreaterThanOrEqual(last)
          expect(end).toBeGreaterThan(start)
          last = end
        }
        expect(last).toBeLessThanOrEqual(text.length)
      }),
    )
  })
})
