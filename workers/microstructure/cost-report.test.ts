import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unwrap } from '../../core/result.ts'
import { type CostReport, type CostReportRequest, costReport } from './cost-report.ts'
import { outOfOrder, parseNumber } from './csv-rows.ts'

const HEADER = 'time_ms,book,bid1_px,bid1_qty,bid2_px,bid2_qty,ask1_px,ask1_qty,ask2_px,ask2_qty'
const TRADES = 'time_ms,book,price,qty,aggressor'
const T = 1_700_000_000_000
/** Mid 100, half-spread 10 bps; 999 and 1,998 USD bid, 1,001 and 2,004 asked, at 10 and 20 bps. */
const GOOD = 'X,99.9,10,99.8,20,100.1,10,100.2,20'
const row = (seconds: number, rest = GOOD): string => `${T + 1000 * seconds},${rest}`
const trades = [`${T},X,100,1,B`, `${T + 60_000},X,100,2,S`]
const request = (rows: readonly string[], change: Partial<CostReportRequest> = {}): CostReportRequest => ({
  l2: [HEADER, ...rows].join('\n'),
  trades: [TRADES, ...trades].join('\n'),
  book: null,
  sigmaDaily: 0.03,
  advUsd: 1e8,
  ...change,
})
const report = (rows: readonly string[], change: Partial<CostReportRequest> = {}): CostReport =>
  unwrap(costReport(request(rows, change)))
const failure = (change: Partial<CostReportRequest>, rows: readonly string[] = [row(0)]): string => {
  const answer = costReport(request(rows, change))
  return answer.ok ? 'it was accepted' : `${answer.error.code}: ${answer.error.message}`
}

describe('cost report of hand-made order books', () => {
  test('spread, depth, cost and where the levels end', () => {
    const { effectiveCost, depth, ...rest } = report([row(0), row(1), row(2)])
    expect(rest).toMatchObject({ book: 'X', snapshots: 3, trades: 2, levels: 2, gaps: { count: 0, seconds: 0 } })
    expect(rest.mid).toBeCloseTo(100, 9)
    expect(rest.spreadBps).toBeCloseTo(20, 9)
    expect(rest.halfSpreadBps).toBeCloseTo(10, 9)
    expect(rest.levelsEndBps.ask.least).toBeCloseTo(20, 9)
    const at = (bps: number) => depth.find((entry) => entry.bps === bps)!
    expect(at(5)).toMatchObject({ bidUsd: 0, askUsd: 0, bidComplete: true, askComplete: true })
    expect(at(25).bidUsd).toBeCloseTo(999 + 1996, 9)
    expect(at(25).askUsd).toBeCloseTo(1001 + 2004, 9)
    expect(at(25)).toMatchObject({ bidComplete: false, askComplete: false })
    // 1,000 USD are 10 units, all at the first level; 10,000 are 100 and only 30 are there.
    expect(effectiveCost.buy[0]).toMatchObject({ usd: 1000, reason: null, heldPart: 1 })
    expect(effectiveCost.buy[0]!.bps).toBeCloseTo(10, 9)
    const dear = effectiveCost.sell[1]!
    expect(dear.bps).toBeNull()
    expect(dear.reason).toBe(
      'the levels hold 10000 USD in 0.0 % of the time, 95 % are needed; the most they held is 3000 USD',
    )
    expect(dear.atLeastBps).toBeCloseTo((10 * 10 + 90 * 20) / 100, 9)
  })

  test('means are over time: a snapshot counts as long as it stood, a gap for nothing', () => {
    const wide = 'X,99,10,98,20,101,10,102,20'
    const { spreadBps, gaps } = report([row(0), row(1), row(2, wide), row(3, wide), row(4)])
    expect(spreadBps).toBeCloseTo((3 * 20 + 2 * 200) / 5, 9)
    expect(gaps).toEqual({ count: 0, seconds: 0 })
    // The wide one stands for 5 s of a minute without a word.
    const gap = report([row(0), row(1), row(2), row(3, wide), row(63)])
    expect(gap.gaps).toEqual({ count: 1, seconds: 55 })
    expect(gap.spreadBps).toBeCloseTo((4 * 20 + 5 * 200) / 9, 9)
  })

  test('volatility from the mids and volume from the trades, by hand', () => {
    const moved = 'X,100.9,10,100.8,20,101.1,10,101.2,20'
    const found = report([row(0), row(5, moved), row(10)], { sigmaDaily: null, advUsd: null })
    expect(found.sigmaDaily).toBeCloseTo(Math.sqrt(((2 * Math.log(1.01) ** 2) / 10_000) * 86_400_000), 9)
    expect(found.advUsd).toBeCloseTo(300 * 1440, 6)
    expect(found).toMatchObject({ sigmaFrom: 'order books', advFrom: 'trades' })
  })

  test('without a volatility or a volume there is no Y, and it says what to give', () => {
    const still = report([row(0), row(1)], { sigmaDaily: null })
    expect(still).toMatchObject({ Y: null, fitErrorBps: null, sigmaDaily: null })
    expect(still.fit.why).toContain('--sigma-daily')
    expect(still.effectiveCost.buy[0]!.fittedBps).toBeNull()
    expect(report([row(0)], { advUsd: null, trades: [TRADES, trades[0]].join('\n') }).fit.why).toContain('--adv-usd')
  })

  test('the impact of what takers did: one sweep over two prices', () => {
    const swept = [`${T},X,100,3,B`, `${T},X,101,1,B`, `${T},X,99,5,S`, `${T + 9},X,99,5,S`]
    const { sweeps } = report([row(0)], { trades: [TRADES, ...swept].join('\n') })
    expect(sweeps.count).toBe(3)
    const xs = [401, 495, 495].map((value) => 0.03 * Math.sqrt(value / 1e8))
    expect(sweeps.Y).toBeCloseTo((xs[0]! * 0.0025) / xs.reduce((sum, x) => sum + x * x, 0), 9)
  })

  test('a thin side may end in empty cells', () => {
    const { depth, refused } = report([row(0, 'X,99.9,10,,,100.1,10,100.2,20')])
    expect(refused.l2.rows).toBe(0)
    expect(depth.at(-1)!.bidUsd).toBeCloseTo(999, 9)
  })
})

describe('rows that cannot be', () => {
  test.each([
    ['cell-count', `${T},X,1,2`, '4 cells, the header has 10'],
    ['bad-time', `NaN,${GOOD}`, 'time_ms is "NaN"'],
    ['bad-time', `-5,${GOOD}`, 'time_ms is "-5"'],
    ['not-a-number', row(1, 'X,99.9,10,99.8,NaN,100.1,10,100.2,20'), 'bid2_qty "NaN" is no number'],
    ['not-a-number', row(1, 'X,99.9,10,99.8,20,100.1,0x10,100.2,20'), 'ask1_qty "0x10" is no number'],
    ['not-a-number', row(1, 'X,99.9,,99.8,20,100.1,10,100.2,20'), 'bid1_qty "" is no number'],
    ['not-positive', row(1, 'X,99.9,10,99.8,20,100.1,-10,100.2,20'), 'ask1_qty "-10" must be above 0'],
    ['not-positive', row(1, 'X,0,10,99.8,20,100.1,10,100.2,20'), 'bid1_px "0" must be above 0'],
    ['unsorted', row(1, 'X,99.9,10,99.95,20,100.1,10,100.2,20'), 'bid2_px "99.95" must be below bid1_px "99.9"'],
    ['unsorted', row(1, 'X,99.9,10,99.8,20,100.1,10,100.1,20'), 'ask2_px "100.1" must be above ask1_px "100.1"'],
    ['crossed', row(1, 'X,100.1,10,99.8,20,100.1,10,100.2,20'), 'bid1_px "100.1" must be below ask1_px "100.1"'],
    ['empty', row(1, 'X,,,,,100.1,10,100.2,20'), 'bids are empty'],
    ['out-of-order', row(-5), `time_ms ${T - 5000} is before the ${T} of line 2`],
  ])('%s is refused, counted and named with its line and value: %s', (reason, bad, message) => {
    const { refused, snapshots, spreadBps } = report([row(0), bad, row(2), bad, row(4)])
    expect(refused.l2).toMatchObject({ rows: 2, byReason: [{ reason, rows: 2, firstLine: 3 }] })
    expect(refused.l2.byReason[0]!.message).toBe(
      `line 3: ${message.startsWith('time_ms is') ? `${message}, it must be milliseconds above 0` : message}`,
    )
    expect(snapshots).toBe(3)
    expect(spreadBps).toBeCloseTo(20, 9)
  })

  test('one row from the far future costs one row', () => {
    const { refused, snapshots } = report([row(0), row(9e6), row(1), row(2)])
    expect(snapshots).toBe(3)
    expect(refused.l2.byReason).toEqual([
      {
        reason: 'out-of-order',
        rows: 1,
        firstLine: 3,
        message: `line 3: time_ms ${T + 9e9} is after all that follow it`,
      },
    ])
  })

  test.each([
    ['cell-count', '1,X', '2 cells, the header has 5'],
    ['bad-time', 'x,X,100,1,B', 'time_ms is "x", it must be milliseconds above 0'],
    ['not-a-number', `${T},X,NaN,1,B`, 'price is "NaN"'],
    ['not-positive', `${T},X,100,-1,B`, 'qty is "-1", it must be above 0'],
    ['bad-aggressor', `${T},X,100,1,b`, 'aggressor is "b", it must be B or S'],
  ])('a trade: %s', (reason, bad, message) => {
    const { refused, trades: used } = report([row(0)], { trades: [TRADES, trades[0], bad, trades[1]].join('\n') })
    expect(used).toBe(2)
    expect(refused.trades.byReason).toEqual([{ reason, rows: 1, firstLine: 3, message: `line 3: ${message}` }])
  })

  test('out of order is the fewest rows, and of a pair the later one', () => {
    expect(outOfOrder([1, 3, 2, 4])).toEqual([false, false, true, false])
    expect(outOfOrder([5, 1, 2, 3])).toEqual([true, false, false, false])
    expect(outOfOrder([1, 1, 2, 2])).toEqual([false, false, false, false])
    expect(outOfOrder([])).toEqual([])
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 9 }), (times) => {
        const out = outOfOrder(times)
        const kept = times.filter((_, i) => !out[i])
        expect(kept.every((time, i) => i === 0 || time >= kept[i - 1]!)).toBe(true)
        let longest = 0
        for (let set = 0; set < 1 << times.length; set++) {
          const chosen = times.filter((_, i) => (set & (1 << i)) !== 0)
          if (chosen.every((time, i) => i === 0 || time >= chosen[i - 1]!)) longest = Math.max(longest, chosen.length)
        }
        expect(kept.length).toBe(longest)
      }),
      { numRuns: 100 },
    )
  })

  test('numbers as files write them, nothing else', () => {
    expect(['9e-05', '1', '.5', '1.', '+2', '-1E3'].map(parseNumber)).toEqual([9e-5, 1, 0.5, 1, 2, -1000])
    for (const cell of ['', ' ', 'NaN', 'Infinity', '0x10', '1_000', '1,5', 'e5']) expect(parseNumber(cell)).toBeNaN()
  })
})

describe('files that cannot be used', () => {
  test.each<[string, Partial<CostReportRequest>]>([
    ['empty-file: the l2 file is empty', { l2: '\n' }],
    [
      'bad-columns: the l2 file line 1 lacks ask1_px, ask1_qty; its columns are "time_ms,book,bid1_px,bid1_qty"',
      { l2: 'time_ms,book,bid1_px,bid1_qty\n1,X,2,3' },
    ],
    ['bad-columns: the l2 file line 1 names the column book twice', { l2: `book,${HEADER}\n` }],
    ['empty-file: the l2 file has no rows below its header', { l2: HEADER }],
    ['bad-columns: the trades file line 1 lacks aggressor', { trades: 'time_ms,book,price,qty\n1,X,2,3' }],
    ['unknown-book: --book was "Y", the l2 file holds X', { book: 'Y' }],
    [
      'unknown-book: the l2 file holds X, Y: name one with --book',
      { l2: [HEADER, row(0), row(1, GOOD.replace('X', 'Y'))].join('\n') },
    ],
    [
      'no-rows: no order book of X can be used: 1 refused, line 2: bid1_px "101" must be below',
      { l2: [HEADER, row(0, GOOD.replace('99.9', '101'))].join('\n') },
    ],
    ['no-rows: the trades file has no usable trade of X: it holds Z', { trades: `${TRADES}\n1,Z,1,1,B` }],
    ['no-rows: the trades file has no usable trade of X: line 2: price is "x"', { trades: `${TRADES}\n1,X,x,1,B` }],
  ])('%s', (message, change) => expect(failure(change)).toContain(message))

  test('a book is chosen by its name, the others are not looked at', () => {
    const rows = [row(0), row(0, 'Y,1,1,0.9,1,1.1,1,1.2,1'), row(1)]
    expect(report(rows, { book: 'X' })).toMatchObject({ book: 'X', snapshots: 2, refused: { l2: { rows: 0 } } })
  })
})

describe('whatever the order books', () => {
  const level = fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 500 }))
  const side = fc.array(level, { minLength: 2, maxLength: 2 })
  test('a larger size never costs less, and depth only grows with distance', () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(side, side), { minLength: 1, maxLength: 8 }), (books) => {
        const rows = books.map(([bids, asks], i) => {
          let [bid, ask] = [10_000, 10_000]
          const cells = [
            ...bids.map(([step, size]) => `${((bid -= step) / 100).toFixed(2)},${size}`),
            ...asks.map(([step, size]) => `${((ask += step) / 100).toFixed(2)},${size}`),
          ]
          return row(i, `X,${cells.join(',')}`)
        })
        const { effectiveCost, depth } = report(rows)
        for (const costs of [effectiveCost.buy, effectiveCost.sell])
          costs.reduce((smaller, larger) => {
            expect(larger.atLeastBps).toBeGreaterThanOrEqual(smaller.atLeastBps - 1e-9)
            return larger
          })
        depth.reduce((nearer, farther) => {
          expect(farther.bidUsd).toBeGreaterThanOrEqual(nearer.bidUsd)
          expect(farther.askUsd).toBeGreaterThanOrEqual(nearer.askUsd)
          return farther
        })
      }),
      { numRuns: 100 },
    ))
})

const data = process.env['TRIMTAB_DATA']
describe.skipIf(data === undefined)('real order books and trades (needs TRIMTAB_DATA)', () => {
  const text = (file: string): string => readFileSync(join(data!, file), 'utf8')
  const real = (): CostReport =>
    unwrap(
      costReport({
        l2: text('l2_top20_1s.csv'),
        trades: text('trades.csv'),
        book: null,
        sigmaDaily: null,
        advUsd: null,
      }),
    )

  test('what the 20 levels say, within what they hold', () => {
    const found = real()
    expect(found).toMatchObject({ book: 'BTCUSDT-spot', levels: 20, gaps: { count: 0 } })
    expect(found.refused.l2.rows + found.refused.trades.rows).toBe(0)
    const rows = text('l2_depth_bps_1s.csv')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
    expect(found.snapshots).toBe(rows.length)
    const mean = (column: number): number => rows.reduce((sum, cells) => sum + Number(cells[column]), 0) / rows.length
    // Snapshots are a second apart, so time-weighted is the plain mean; the other file rounds to 1e-4 bps and 1 USD.
    expect(Math.abs(found.mid - mean(2))).toBeLessThan(0.01)
    expect(Math.abs(found.spreadBps - mean(3))).toBeLessThan(1e-4)
    // Depth of 20 levels is a lower bound of the whole order book's, near it at 1 bp, and marked.
    const [one] = found.depth
    expect(one).toMatchObject({ bps: 1, bidComplete: false, askComplete: false })
    expect(one!.bidUsd).toBeLessThanOrEqual(mean(4))
    expect(one!.bidUsd).toBeGreaterThan(0.7 * mean(4))
    expect(one!.askUsd).toBeLessThanOrEqual(mean(5))
    for (const entry of found.depth) expect(entry.bidCompletePart < 1).toBe(!entry.bidComplete)
    expect(found.depth.at(-1)).toMatchObject({ bidCompletePart: 0, askCompletePart: 0 })
  })

  test('cost and impact: small sizes are priced, a million is not, and the takers paid a like Y', () => {
    const found = real()
    for (const costs of [found.effectiveCost.buy, found.effectiveCost.sell]) {
      expect(costs.map(({ bps }) => bps === null)).toEqual([false, false, true, true])
      expect(costs[3]!.reason).toContain('1000000 USD')
      expect(costs[0]!.bps).toBeGreaterThanOrEqual(found.halfSpreadBps * 0.99)
      for (let i = 1; i < costs.length; i++) expect(costs[i]!.atLeastBps).toBeGreaterThan(costs[i - 1]!.atLeastBps)
    }
    expect(found.Y).toBeGreaterThan(0.05)
    expect(found.Y).toBeLessThan(0.3)
    expect(found.sweeps.Y! / found.Y!).toBeGreaterThan(0.5)
    expect(found.sweeps.Y! / found.Y!).toBeLessThan(2)
    expect(found.fitErrorBps).toBeLessThan(0.2)
    expect(found.fit.rSquared).toBeGreaterThan(0.3)
    expect(found.fit.rSquared).toBeLessThan(1)
  })
})
