import { z } from 'zod'
import type { MarketKey } from '../../core/instruments.ts'
import type { SavedClock } from '../../workers/microstructure/index.ts'

const saved = z.record(z.string(), z.array(z.number()))

/** What the liquidity clocks have learnt as text for the store; nine digits are more than they know. */
export const writeLiquidity = (clocks: readonly SavedClock[]): string =>
  JSON.stringify(
    Object.fromEntries(
      clocks.map(({ market, learnt }) => [market, learnt.map((value) => Number(value.toPrecision(9)))]),
    ),
  )

/** Nothing where the text is not what `writeLiquidity` made: the clocks then learn anew. */
export function readLiquidity(text: string): SavedClock[] {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    return []
  }
  const parsed = saved.safeParse(raw)
  return parsed.success
    ? Object.entries(parsed.data).map(([market, learnt]) => ({ market: market as MarketKey, learnt }))
    : []
}
