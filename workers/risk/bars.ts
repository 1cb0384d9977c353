import type { AssetId, Bar } from '../../core/instruments.ts'
import type { CloseHistory } from './risk-model.ts'

/** Closes of finished bars: one still running at `asOf` is not a close yet. Bars must rise in time. */
export function historyOfBars(
  asset: AssetId,
  bars: readonly Pick<Bar, 'openTime' | 'close'>[],
  barMillis: number,
  asOf: number,
  stable = false,
): CloseHistory {
  const finished = bars.filter(({ openTime }) => openTime + barMillis <= asOf)
  return {
    asset,
    times: Float64Array.from(finished, ({ openTime }) => openTime + barMillis),
    closes: Float64Array.from(finished, ({ close }) => close),
    stable,
  }
}
