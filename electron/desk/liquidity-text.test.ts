import { expect, test } from 'vitest'
import { MicrostructureEngine } from '../../workers/microstructure/index.ts'
import { readLiquidity, writeLiquidity } from './liquidity-text.ts'

const HOUR = 3_600_000
const facts = {
  market: 'binance:BTC/USDT',
  venue: 'binance',
  asset: 'BTC',
  maker: 0,
  taker: 0,
  quoteUsd: 1,
  advUsd: 1e9,
  sigmaDaily: 0.03,
} as const
function engine(): MicrostructureEngine {
  const made = new MicrostructureEngine()
  made.configure({ staleMs: HOUR })
  made.setMarkets([facts])
  return made
}

test('what the clocks have learnt comes back from the text', () => {
  const first = engine()
  for (let hour = 0; hour < 400; hour++) {
    const half = 1e-4 * (1 + (hour % 7))
    const [bids, asks] = [
      [100 * (1 - half), 3],
      [100 * (1 + half), 3],
    ].map((level) => Float64Array.from(level))
    first.observe([{ market: facts.market, bids: bids!, asks: asks!, at: hour * HOUR }])
  }
  const text = writeLiquidity(first.saveClocks())
  expect(text.length).toBeLessThan(15_000)
  const second = engine()
  expect(second.restoreClocks(readLiquidity(text))).toEqual([])
  const [before, after] = [first, second].map((one) => one.liquidityClock(facts.market))
  if (!before!.ok || !after!.ok) throw new Error('the market is set')
  for (const [h, hour] of before!.value.entries()) {
    expect(after!.value[h]!.spread).toBeCloseTo(hour.spread, 7)
    expect(after!.value[h]!.visits).toBeCloseTo(hour.visits, 7)
  }
})

test.each(['', '{', '[]', '{"binance:BTC/USDT":"x"}', '{"binance:BTC/USDT":[1,"2"]}', 'null'])(
  'text that is no such thing teaches nothing: %s',
  (text) => expect(readLiquidity(text)).toEqual([]),
)
