import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { amount } from '../../core/amount.ts'
import type { Restriction } from '../../core/client-book.ts'
import { CASH } from '../../core/instruments.ts'
import { millis } from '../../core/units.ts'
import type { BookPosition } from './book-position.ts'
import { lineLimits } from './limits.ts'

/** BTC 50 ± 5 %, SOL 10 ± 2 %, CASH 10 ± 4 %, with the weights given. */
function position(weights: Readonly<Record<string, number>>): BookPosition {
  const line = (asset: string, target: number, half: number) => ({
    asset,
    target,
    rule: { kind: 'absolute', halfWidth: half } as const,
    band: { low: target - half, high: target + half },
    priceUsd: 1,
    valueUsd: weights[asset]!,
    weight: weights[asset]!,
    quantity: amount('1'),
  })
  return {
    valueUsd: 1,
    holdings: [],
    unableWhy: null,
    lines: [line('BTC', 0.5, 0.05), line('SOL', 0.1, 0.02), line(CASH, 0.1, 0.04)],
  }
}
const NOW = 1_000
const limits = (
  weights: Readonly<Record<string, number>>,
  restrictions: readonly Restriction[] = [],
  options: Partial<Parameters<typeof lineLimits>[2]> = {},
) =>
  lineLimits(position(weights), restrictions, {
    now: millis(NOW),
    cashReserve: 0,
    stepWeights: [0, 0, 0],
    costWeight: 0,
    frozen: new Set(),
    settle: 'optimal',
    newCash: null,
    kept: [0, 0, 0],
    ...options,
  })
const INSIDE = { BTC: 0.5, SOL: 0.1, [CASH]: 0.4 }
const rounded = (values: Float64Array): readonly number[] => [...values].map((value) => Math.round(1e9 * value) / 1e9)

describe('without restrictions', () => {
  test('bounds are the settle band: a tenth of the half-width inside the edges', () => {
    const { lower, upper, relaxations, cutBy } = limits(INSIDE)
    expect(rounded(lower)).toEqual([0.455, 0.082, 0.064])
    expect(rounded(upper)).toEqual([0.545, 0.118, 0.136])
    expect(relaxations).toEqual([])
    expect(cutBy).toEqual([null, null, null])
  })

  test('two venue steps or the whole cost, where they are more', () => {
    expect(rounded(limits(INSIDE, [], { stepWeights: [0.004, 0, 0] }).upper)[0]).toBe(0.542)
    expect(rounded(limits(INSIDE, [], { costWeight: 0.01 }).upper).slice(0, 2)).toEqual([0.54, 0.11])
    // an inset never crosses the target
    expect(rounded(limits(INSIDE, [], { costWeight: 0.5 }).upper).slice(0, 2)).toEqual([0.5, 0.1])
  })

  test('cash keeps its reserve and what trading costs above it', () => {
    expect(rounded(limits(INSIDE, [], { cashReserve: 0.08, costWeight: 0.002 }).lower)[2]).toBe(0.082)
    const rich = limits(INSIDE, [], { cashReserve: 0.3 })
    expect([rounded(rich.lower)[2], rounded(rich.upper)[2]]).toEqual([0.3, 0.3])
  })
})

describe('a part of its target that no line is sold below', () => {
  // SOL 10 ± 2 %: what is kept lies above the settle band's 8.2 % only where it is more than that
  const kept = (weight: number, sol: number, restrictions: readonly Restriction[] = []) => {
    const { lower, upper, hard, cutBy } = limits({ ...INSIDE, SOL: sol }, restrictions, { kept: [0, weight, 0] })
    return [rounded(lower)[1], rounded(upper)[1], rounded(hard.lower)[1], cutBy[1]]
  }

  test('is a floor, in bands that reach below it and where bands give way', () => {
    expect(kept(0.05, 0.1)).toEqual([0.082, 0.118, 0.05, null])
    expect(kept(0.09, 0.1)).toEqual([0.09, 0.118, 0.09, 'not sold below 90 % of its target: 9.00 %'])
  })

  test('a line below it already is not sold, and not bought on account of it', () => {
    expect(kept(0.09, 0.085)).toEqual([0.085, 0.118, 0.085, 'not sold below 90 % of its target: 9.00 %'])
    expect(kept(0.09, 0.07)).toEqual([0.082, 0.118, 0.07, null])
  })

  test('a restriction that asks for less is obeyed', () => {
    expect(kept(0.09, 0.1, [{ kind: 'at-most', asset: 'SOL', weight: 0.03, reason: 'bank' }])).toEqual([
      0.03,
      0.03,
      0.03,
      'at most 3.0 %: bank',
    ])
    expect(kept(0.05, 0.1, [{ kind: 'keep', asset: 'SOL', share: 1, reason: 'x' }])[0]).toBe(0.082)
  })
})

describe('restrictions', () => {
  const noBuy: Restriction = { kind: 'no-buy', asset: 'SOL', reason: 'statutes' }
  const noSell: Restriction = { kind: 'no-sell', asset: 'SOL', reason: 'pledged' }

  test('no-buy: not above what is held; below its band the band gives way, and says by how much', () => {
    expect(rounded(limits({ ...INSIDE, SOL: 0.1 }, [noBuy]).upper)[1]).toBe(0.1)
    const low = limits({ ...INSIDE, SOL: 0.05 }, [noBuy])
    expect([rounded(low.lower)[1], rounded(low.upper)[1]]).toEqual([0.05, 0.05])
    expect(low.relaxations).toEqual(['SOL must not be bought (statutes): band relaxed by 3.00 pp'])
    expect(low.cutBy[1]).toBe('no buy: statutes')
    // above its band it may still be sold into it
    expect(rounded(limits({ ...INSIDE, SOL: 0.2 }, [noBuy]).upper)[1]).toBe(0.118)
  })

  test('no-sell: not below what is held; above its band the band gives way', () => {
    expect(rounded(limits({ ...INSIDE, SOL: 0.1 }, [noSell]).lower)[1]).toBe(0.1)
    const high = limits({ ...INSIDE, SOL: 0.2 }, [noSell])
    expect([rounded(high.lower)[1], rounded(high.upper)[1]]).toEqual([0.2, 0.2])
    expect(high.relaxations).toEqual(['SOL must not be sold (pledged): band relaxed by 8.00 pp'])
    expect(rounded(limits({ ...INSIDE, SOL: 0.05 }, [noSell]).lower)[1]).toBe(0.082)
  })

  test('at-most cuts the top, and the bottom with it where it lies below', () => {
    const cap = (weight: number) => limits(INSIDE, [{ kind: 'at-most', asset: 'BTC', weight, reason: 'trustees' }])
    expect([rounded(cap(0.51).lower)[0], rounded(cap(0.51).upper)[0]]).toEqual([0.455, 0.51])
    expect([rounded(cap(0.2).lower)[0], rounded(cap(0.2).upper)[0]]).toEqual([0.2, 0.2])
    expect(cap(0.51).cutBy[0]).toBe('at most 51.0 %: trustees')
    // a cap above the band changes nothing and is not named
    expect(cap(0.9).cutBy[0]).toBeNull()
    expect(rounded(cap(0.9).upper)[0]).toBe(0.545)
  })

  test('no-trade: exactly where it is; out of its band it says by how much', () => {
    const noTrade: Restriction = { kind: 'no-trade', asset: 'BTC', reason: 'in dispute' }
    const still = limits(INSIDE, [noTrade])
    expect([still.lower[0], still.upper[0], still.relaxations]).toEqual([0.5, 0.5, []])
    const out = limits({ ...INSIDE, BTC: 0.58 }, [noTrade])
    expect([out.lower[0], out.upper[0], out.cutBy[0]]).toEqual([0.58, 0.58, 'no trade: in dispute'])
    expect(out.relaxations).toEqual(['BTC must not be traded (in dispute): band relaxed by 3.00 pp'])
    expect(limits(INSIDE, [{ ...noTrade, until: millis(NOW) }]).cutBy[0]).toBeNull()
  })

  test('between its settle band and its edge a line gives nothing away', () => {
    expect(limits({ ...INSIDE, SOL: 0.081 }, [noBuy]).relaxations).toEqual([])
    expect(rounded(limits({ ...INSIDE, SOL: 0.081 }, [noBuy]).lower)[1]).toBe(0.081)
    expect(limits({ ...INSIDE, SOL: 0.119 }, [noSell]).relaxations).toEqual([])
  })

  test('the order they are written in decides nothing: a cap before the edge', () => {
    const cap: Restriction = { kind: 'at-most', asset: 'BTC', weight: 0.48, reason: 'trustees' }
    const edge: Restriction = { kind: 'band-edge', asset: 'BTC', reason: 'mandate' }
    for (const both of [
      [edge, cap],
      [cap, edge],
    ]) {
      const { lower, upper, clash } = limits(INSIDE, both)
      expect([lower[0], upper[0], clash]).toEqual([0.48, 0.48, null])
    }
  })

  test('band-edge: still inside its band, to just inside the edge outside', () => {
    const edge: Restriction = { kind: 'band-edge', asset: 'BTC', reason: 'mandate' }
    const boundsAt = (weight: number): readonly (number | undefined)[] => {
      const { lower, upper } = limits({ ...INSIDE, BTC: weight }, [edge])
      return [rounded(lower)[0], rounded(upper)[0]]
    }
    expect(boundsAt(0.549)).toEqual([0.549, 0.549])
    expect(boundsAt(0.58)).toEqual([0.545, 0.545])
    expect(boundsAt(0.4)).toEqual([0.455, 0.455])
    expect(limits(INSIDE, [edge]).cutBy[0]).toBe("to its band's edge only: mandate")
  })

  test('one that has ended, or is of another asset, is none', () => {
    const ended = limits({ ...INSIDE, SOL: 0.05 }, [{ ...noBuy, until: millis(NOW) }])
    expect(ended.cutBy).toEqual([null, null, null])
    expect(rounded(ended.lower)[1]).toBe(0.082)
    const running = limits({ ...INSIDE, SOL: 0.05 }, [{ ...noBuy, until: millis(NOW + 1) }])
    expect(running.cutBy[1]).toBe('no buy: statutes')
  })
})

describe('what never gives way', () => {
  const cap: Restriction = { kind: 'at-most', asset: 'BTC', weight: 0.48, reason: 'trustees' }
  const hardAt = (weights: Readonly<Record<string, number>>, ...restrictions: readonly Restriction[]) => {
    const { hard, tolerated } = limits(weights, restrictions, { cashReserve: 0.08, costWeight: 0.002 })
    const pair = ({ lower, upper }: typeof hard, i: number) => [rounded(lower)[i], rounded(upper)[i]]
    return {
      BTC: pair(hard, 0),
      SOL: pair(hard, 1),
      cash: pair(hard, 2),
      tolerated: [0, 1, 2].map((i) => pair(tolerated, i)),
    }
  }

  test('nothing but the reserve and its costs where nothing is restricted; bands are tolerated to their edges', () =>
    expect(hardAt(INSIDE)).toEqual({
      BTC: [0, 1],
      SOL: [0, 1],
      cash: [0.082, 1],
      tolerated: [
        [0.45, 0.55],
        [0.08, 0.12],
        [0.082, 0.14],
      ],
    }))

  test('a cap, what must not be bought, sold or traded', () => {
    expect(hardAt(INSIDE, cap).BTC).toEqual([0, 0.48])
    expect(hardAt(INSIDE, cap).tolerated[0]).toEqual([0.45, 0.48])
    expect(hardAt(INSIDE, { ...cap, kind: 'no-buy' }).BTC).toEqual([0, 0.5])
    expect(hardAt(INSIDE, { ...cap, kind: 'no-sell' }).BTC).toEqual([0.5, 1])
    expect(hardAt({ ...INSIDE, BTC: 0.6 }, { ...cap, kind: 'no-trade' })).toMatchObject({
      BTC: [0.6, 0.6],
      tolerated: [[0.6, 0.6], expect.anything(), expect.anything()],
    })
  })

  test("to its band's edge only: anywhere on the way there, and no further", () => {
    const edge: Restriction = { kind: 'band-edge', asset: 'BTC', reason: 'mandate' }
    expect(hardAt({ ...INSIDE, BTC: 0.58 }, edge).BTC).toEqual([0.545, 0.58])
    expect(hardAt({ ...INSIDE, BTC: 0.4 }, edge).BTC).toEqual([0.4, 0.455])
    expect(hardAt(INSIDE, edge).BTC).toEqual([0.5, 0.5])
  })

  test.each([
    ['no-sell', 'must not be sold'],
    ['no-trade', 'must not be traded'],
  ] as const)('%s above a cap: both never give way, in whatever order they are written', (kind, words) => {
    const stays: Restriction = { kind, asset: 'BTC', reason: 'pledged' }
    for (const both of [
      [stays, cap],
      [cap, stays],
    ])
      expect(limits(INSIDE, both).clash).toBe(
        `BTC ${words} (pledged) and may be at most 48.00 % (trustees): it weighs 50.00 %`,
      )
    expect(limits({ ...INSIDE, BTC: 0.47 }, [stays, cap]).clash).toBeNull()
  })

  test('a line left out of the plan clashes with nothing', () => {
    const out = limits(INSIDE, [{ ...cap, kind: 'no-sell' }, cap], { frozen: new Set(['BTC']) })
    expect([out.clash, out.hard.lower[0], out.hard.upper[0]]).toEqual([null, 0.5, 0.5])
  })
})

test('a frozen line stays where it is, whatever else is said', () => {
  const { lower, upper } = limits({ ...INSIDE, BTC: 0.7 }, [], { frozen: new Set(['BTC']) })
  expect([lower[0], upper[0]]).toEqual([0.7, 0.7])
})

describe('new cash first', () => {
  const weight = fc.double({ min: 0, max: 1, noNaN: true })
  const inside = (at: number, target: number, half: number): boolean => at >= target - half && at <= target + half

  test('a deposit sells no line that is inside its band, a withdrawal buys none; lines outside are as ever', () => {
    fc.assert(
      fc.property(weight, weight, weight, fc.constantFrom('in' as const, 'out' as const), (btc, sol, cash, newCash) => {
        const weights = { BTC: btc, SOL: sol, [CASH]: cash }
        const [free, bound] = [limits(weights), limits(weights, [], { newCash })]
        const places = [inside(btc, 0.5, 0.05), inside(sol, 0.1, 0.02)]
        places.forEach((isInside, i) => {
          const at = [btc, sol][i]!
          if (!isInside) expect([bound.lower[i], bound.upper[i]]).toEqual([free.lower[i], free.upper[i]])
          else if (newCash === 'in') expect(bound.lower[i]).toBe(at)
          else expect(bound.upper[i]).toBe(at)
          if (isInside) {
            expect(bound.lower[i]!).toBeLessThanOrEqual(at)
            expect(bound.upper[i]!).toBeGreaterThanOrEqual(at)
          }
        })
        // cash itself is what has to move
        expect([bound.lower[2], bound.upper[2]]).toEqual([free.lower[2], free.upper[2]])
      }),
    )
  })

  test('a restriction never gives way to it', () => {
    const cap = limits(INSIDE, [{ kind: 'at-most', asset: 'BTC', weight: 0.48, reason: 'trustees' }], { newCash: 'in' })
    expect([cap.lower[0], cap.upper[0]]).toEqual([0.48, 0.48])
  })
})

describe('settling by a rule', () => {
  const above = { BTC: 0.58, SOL: 0.1, [CASH]: 0.32 }

  test('half-band: back to half of each half-width; band-edge: just inside the edge', () => {
    const half = limits(above, [], { settle: 'half-band' })
    expect([rounded(half.lower)[0], rounded(half.upper)[0]]).toEqual([0.475, 0.525])
    const edge = limits(above, [], { settle: 'band-edge' })
    expect([rounded(edge.lower)[0], rounded(edge.upper)[0]]).toEqual([0.455, 0.545])
  })

  test('a line inside its band may stay where it is, beyond the half-band too', () => {
    for (const settle of ['half-band', 'band-edge'] as const) {
      const { lower, upper } = limits({ BTC: 0.549, SOL: 0.081, [CASH]: 0.37 }, [], { settle })
      expect(upper[0]).toBe(0.549)
      expect(lower[1]).toBe(0.081)
    }
  })

  test('an inset that is wider than half of the half-width still counts', () =>
    expect(rounded(limits(above, [], { settle: 'half-band', stepWeights: [0.02, 0, 0] }).upper)[0]).toBe(0.51))
})
