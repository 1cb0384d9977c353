import { describe, expect, test } from 'vitest'
import type { Restriction } from './client-book.ts'
import { CASH } from './instruments.ts'
import { keptRule, keptShare, STANDARD_KEPT_SHARE } from './kept-share.ts'
import { millis } from './units.ts'

const NOW = millis(1_000)
const line = (asset: string, keptShare?: number) => ({
  asset,
  target: 0.1,
  band: { kind: 'absolute', halfWidth: 0.1 } as const,
  keptShare,
})
const keep = (share: number, until?: number): Restriction => ({
  kind: 'keep',
  asset: 'SOL',
  share,
  reason: 'x',
  ...(until === undefined ? {} : { until: millis(until) }),
})
const share = (
  given: { line?: number; model?: number; book?: number; restrictions?: readonly Restriction[] },
  asset = 'SOL',
) =>
  keptShare(
    asset,
    { lines: [line('SOL', given.line)], keptShare: given.model },
    { restrictions: given.restrictions ?? [], keptShare: given.book },
    NOW,
  )

describe('the part of its target that a line keeps', () => {
  test('is half where nobody says otherwise', () => {
    expect(STANDARD_KEPT_SHARE).toBe(0.5)
    expect(share({})).toBe(0.5)
  })

  test('the client before the model, the asset before all; 0 is an answer', () => {
    expect(share({ model: 0.2 })).toBe(0.2)
    expect(share({ model: 0.2, line: 0 })).toBe(0)
    expect(share({ model: 0.2, line: 0.3, book: 0.4 })).toBe(0.4)
    expect(share({ model: 0.2, line: 0.3, book: 0.4, restrictions: [keep(0)] })).toBe(0)
  })

  test('of the latest restriction in force, on that asset only', () => {
    expect(share({ restrictions: [keep(0.7), keep(0.9)] })).toBe(0.9)
    expect(share({ restrictions: [keep(0.7, 1_001)] })).toBe(0.7)
    expect(share({ restrictions: [keep(0.7, 1_000)] })).toBe(0.5)
    expect(share({ restrictions: [keep(0.7)] }, 'BTC')).toBe(0.5)
    expect(share({ restrictions: [{ kind: 'no-buy', asset: 'SOL', reason: 'x' }] })).toBe(0.5)
  })

  test('says whose word it is', () => {
    const by = (
      model: number | undefined,
      ofLine: number | undefined,
      book: number | undefined,
      flags: Restriction[],
    ) =>
      keptRule('SOL', { lines: [line('SOL', ofLine)], keptShare: model }, { restrictions: flags, keptShare: book }, NOW)
        .by
    expect([
      by(undefined, undefined, undefined, []),
      by(0.2, undefined, undefined, []),
      by(0.2, 0.3, undefined, []),
      by(0.2, 0.3, 0, []),
      by(0.2, 0.3, 0, [keep(0)]),
    ]).toEqual(['standard', 'model', 'model-line', 'client-book', 'flag'])
  })

  test('cash is there to be spent', () => expect(share({ book: 1 }, CASH)).toBe(0))
})
