import { describe, expect, test } from 'vitest'
import { toleranceBand } from '../../core/band.ts'
import { CASH } from '../../core/instruments.ts'
import { unwrap } from '../../core/result.ts'
import { type DriftBook, DriftEngine, type DriftLine } from './index.ts'

const line = (asset: string, target: number, half: number): DriftLine => ({
  asset,
  target,
  low: Math.max(0, target - half),
  high: Math.min(1, target + half),
})
const book = (id: string, holdings: Record<string, number>, lines: DriftLine[]): DriftBook => ({
  id,
  holdings: Object.entries(holdings).map(([asset, quantity]) => ({ asset, quantity })),
  lines,
})
const FRESH = new Uint8Array([1, 1, 1, 1])
/** BTC, USDT, ETH, USD: the settlement currencies stand between the others on purpose. */
const ASSETS = ['BTC', 'USDT', 'ETH', 'USD']
const HALF_QUARTERS = [line('BTC', 0.5, 0.125), line('ETH', 0.25, 0.0625), line(CASH, 0.25, 0.0625)]

function loaded(...books: DriftBook[]): DriftEngine {
  const engine = new DriftEngine()
  unwrap(engine.load({ assets: ASSETS, books }))
  return engine
}
const sweep = (engine: DriftEngine, prices: number[], ok = FRESH) => unwrap(engine.sweep(Float64Array.from(prices), ok))

describe('drift of a client book', () => {
  test('by hand: 2 BTC at 3, 4 ETH at 0.5, 1 USDT at 0.75 and 0.25 USD are 9 dollars', () => {
    const engine = loaded(book('a', { BTC: 2, ETH: 4, USDT: 1, USD: 0.25 }, HALF_QUARTERS))
    const found = sweep(engine, [3, 0.75, 0.5, 1])
    expect(found.valueUsd[0]).toBe(9)
    expect(found.cashWeight[0]).toBe(1 / 9)
    expect(found.lineAssets[found.worstLine[0]!]).toBe(CASH)
    expect(found.worstDrift[0]).toBe(1 / 9 - 0.25)
    expect(found.worstPosition[0]).toBeCloseTo((1 / 9 - 0.25) / 0.0625, 14)
    expect(found.breachedLines[0]).toBe(2)
    expect(found.turnover[0]).toBeCloseTo(6 / 9 - 0.5, 14)
    expect(found.newlyBreached).toEqual([
      { bookId: 'a', asset: CASH, side: 'below', weight: 1 / 9, limit: 0.1875, beyond: 0.1875 - 1 / 9 },
    ])
    const explained = unwrap(engine.explain('a'))
    expect(explained.lines.map(({ asset, weight, breached }) => [asset, weight, breached])).toEqual([
      ['BTC', 6 / 9, true],
      ['ETH', 2 / 9, false],
      [CASH, 1 / 9, true],
    ])
  })

  test('both limits belong to the band, the next double does not', () => {
    const engine = loaded(book('a', { BTC: 5, USD: 3 }, [line('BTC', 0.5, 0.125), line(CASH, 0.5, 0.25)]))
    expect(sweep(engine, [1, 1, 1, 1])).toMatchObject({ status: Uint8Array.of(1), breachedLines: Uint16Array.of(0) })
    expect(sweep(engine, [1 + 2 ** -50, 1, 1, 1])).toMatchObject({ status: Uint8Array.of(2) })
  })

  test('near begins at 80 % of the half-width', () => {
    const lines = [line('BTC', 0.5, 0.15625), line(CASH, 0.5, 0.5)]
    expect(sweep(loaded(book('a', { BTC: 5, USD: 3 }, lines)), [1, 1, 1, 1]).status[0]).toBe(1)
    expect(sweep(loaded(book('a', { BTC: 4.99, USD: 3.01 }, lines)), [1, 1, 1, 1]).status[0]).toBe(0)
  })

  test('a breach and its cure are told once each, and a gap in the prices in between changes nothing', () => {
    const engine = loaded(book('a', { BTC: 4, USD: 4 }, [line('BTC', 0.5, 0.125), line(CASH, 0.5, 0.5)]))
    const crossings = (btc: number, ok = FRESH): [number, number, string] => {
      const { newlyBreached, newlyCured, status } = sweep(engine, [btc, 1, 1, 1], ok)
      return [newlyBreached.length, newlyCured.length, String(status[0])]
    }
    expect(crossings(1)).toEqual([0, 0, '0'])
    expect(crossings(2)).toEqual([1, 0, '2'])
    expect(crossings(2.1)).toEqual([0, 0, '2'])
    expect(crossings(2.1, Uint8Array.of(0, 1, 1, 1))).toEqual([0, 0, '3'])
    expect(crossings(Number.NaN)).toEqual([0, 0, '3'])
    expect(crossings(2)).toEqual([0, 0, '2'])
    expect(crossings(0)).toEqual([0, 0, '3'])
    const cured = sweep(engine, [1.5, 1, 1, 1]).newlyCured
    expect(cured).toMatchObject([{ bookId: 'a', asset: 'BTC', side: 'above', weight: 0.6, limit: 0.625 }])
    expect(cured[0]!.beyond).toBeCloseTo(-0.025, 14)
  })

  test('a price is needed where the book holds or targets the asset, and only there', () => {
    const engine = loaded(
      book('holds', { BTC: 1, USD: 1 }, [line(CASH, 1, 1)]),
      book('targets', { USD: 1 }, [line('BTC', 0.1, 0.5), line(CASH, 0.9, 0.5)]),
      book('neither', { ETH: 1, USD: 1 }, [line('ETH', 0.5, 0.5), line(CASH, 0.5, 0.5)]),
      book('tether', { USDT: 1, BTC: 0 }, [line(CASH, 1, 0.5)]),
    )
    expect([...sweep(engine, [Number.NaN, 1, 1, 1]).status]).toEqual([3, 3, 0, 0])
    expect([...sweep(engine, [1, 1, 1, 1], Uint8Array.of(1, 0, 1, 1)).status]).toEqual([2, 1, 0, 3])
    expect(unwrap(engine.explain('tether'))).toMatchObject({
      status: 'unable',
      unable: 'the price of USDT is stale or missing',
    })
    for (const bad of [0, -1, Number.POSITIVE_INFINITY, Number.NaN])
      expect(sweep(engine, [bad, 1, 1, 1]).status[0]).toBe(3)
  })

  test('an empty book, and one worth nothing, cannot be checked and say why', () => {
    const engine = loaded(book('empty', {}, HALF_QUARTERS), book('short', { BTC: -2, USD: 1 }, HALF_QUARTERS))
    const found = sweep(engine, [1, 1, 1, 1])
    expect([...found.status]).toEqual([3, 3])
    expect(found.valueUsd[0]).toBeNaN()
    expect(found.newlyBreached).toEqual([])
    expect(unwrap(engine.explain('short')).unable).toBe('the value of the client book is not above zero')
  })

  test('an asset without a line may weigh a residue, more is a breach', () => {
    const engine = loaded(book('a', { ETH: 1, USD: 999 }, [line(CASH, 1, 0.1)]))
    expect(sweep(engine, [1, 1, 1, 1]).status[0]).toBe(1)
    expect(sweep(engine, [1, 1, 1.002, 1]).newlyBreached).toMatchObject([{ asset: 'ETH', side: 'above', limit: 0.001 }])
  })

  test('a band of zero width: on target inside, off target infinitely far', () => {
    const engine = loaded(book('a', { BTC: 1, USD: 1 }, [line('BTC', 0.5, 0), line(CASH, 0.5, 0.5)]))
    expect(sweep(engine, [1, 1, 1, 1]).status[0]).toBe(0)
    expect(sweep(engine, [0.9, 1, 1, 1]).worstPosition[0]).toBe(Number.NEGATIVE_INFINITY)
  })

  test('a wider multiplier cures, a fill cures, and both are exact', () => {
    const rule = { kind: 'absolute', halfWidth: 0.1 } as const
    const lines = (multiplier: number): DriftLine[] =>
      ['BTC', CASH].map((asset) => ({ asset, target: 0.5, ...toleranceBand(rule, 0.5, multiplier) }))
    const engine = loaded(book('a', { BTC: 62, USD: 38 }, lines(1)))
    expect(sweep(engine, [1, 1, 1, 1]).status[0]).toBe(2)
    unwrap(engine.applyBands('a', lines(1.3)))
    expect(sweep(engine, [1, 1, 1, 1]).newlyCured).toHaveLength(1)
    unwrap(
      engine.applyAll([
        { bookId: 'a', lines: lines(1) },
        {
          bookId: 'a',
          holdings: [
            { asset: 'BTC', quantity: 59 },
            { asset: 'USDT', quantity: 3 },
          ],
        },
      ]),
    )
    expect(sweep(engine, [1, 1, 1, 1])).toMatchObject({ status: Uint8Array.of(1), cashWeight: Float64Array.of(0.41) })
  })
})

describe('what the engine refuses', () => {
  const one = book('a', { BTC: 1 }, HALF_QUARTERS)
  test.each([
    ['duplicate-book', { assets: ASSETS, books: [one, one] }, '"a"'],
    ['duplicate-asset', { assets: ['BTC', 'BTC'], books: [] }, 'BTC, BTC'],
    ['unknown-asset', { assets: ASSETS, books: [book('a', { XRP: 1 }, [])] }, 'XRP'],
    ['unknown-asset', { assets: ASSETS, books: [book('a', {}, [line('USDT', 0.1, 0.1)])] }, 'USDT'],
    [
      'unknown-asset',
      { assets: ASSETS, books: [book('a', {}, [line('USD', 0.1, 0.1)])] },
      'USD, which is unknown or part of CASH',
    ],
    ['duplicate-asset', { assets: ASSETS, books: [book('a', {}, [line('BTC', 0, 1), line('BTC', 0, 1)])] }, 'BTC'],
    ['invalid-quantity', { assets: ASSETS, books: [book('a', { BTC: Number.NaN }, [])] }, 'NaN BTC'],
    [
      'invalid-band',
      { assets: ASSETS, books: [book('a', {}, [{ asset: 'BTC', target: 0.5, low: 0.6, high: 0.7 }])] },
      'target 0.5 of BTC is not in [0.6, 0.7]',
    ],
  ])('%s', (code, load, message) => {
    const result = new DriftEngine().load(load)
    expect(result).toMatchObject({ ok: false, error: { code, message: expect.stringContaining(message) } })
  })

  test('calls before loading, unknown books, prices of the wrong length', () => {
    expect(new DriftEngine().sweep(new Float64Array(4), FRESH)).toMatchObject({ error: { code: 'not-loaded' } })
    const engine = loaded(one)
    expect(engine.sweep(new Float64Array(3), FRESH)).toMatchObject({ error: { code: 'wrong-length' } })
    expect(engine.applyHoldings('b', [])).toMatchObject({ error: { code: 'unknown-book' } })
    expect(engine.explain('b')).toMatchObject({ error: { code: 'unknown-book' } })
  })

  test('an update that is refused changes nothing', () => {
    const engine = loaded(book('a', { BTC: 1, USD: 1 }, HALF_QUARTERS))
    expect(
      engine.applyHoldings('a', [
        { asset: 'BTC', quantity: 9 },
        { asset: 'XRP', quantity: 1 },
      ]),
    ).toMatchObject({ error: { code: 'unknown-asset' } })
    expect(sweep(engine, [1, 1, 1, 1]).valueUsd[0]).toBe(2)
  })
})
