import { assert } from '../../core/assert.ts'
import type { ClippedReturn, CloseHistory, RiskSettings } from './risk-model.ts'
import { MILLIS_PER_DAY } from './weights.ts'

/** Log returns of one asset between the closes it has; `from` and `to` in UTC milliseconds. */
export interface ReturnSeries {
  readonly from: number[]
  readonly to: number[]
  readonly days: number[]
  /** After clipping. */
  readonly values: number[]
  readonly clipped: ClippedReturn[]
  readonly refused: number
}

/** Returns known at `asOf`. Gaps give one return over their length, or none when too long; nothing is filled in. */
export function readReturns(history: CloseHistory, asOf: number, settings: RiskSettings): ReturnSeries {
  const series: ReturnSeries = { from: [], to: [], days: [], values: [], clipped: [], refused: 0 }
  assert(history.times.length === history.closes.length, `${history.asset}: times and closes differ in number`)
  let refused = 0
  let lastTime = Number.NaN
  let lastClose = Number.NaN
  for (let i = 0; i < history.times.length; i++) {
    const [time, close] = [history.times[i]!, history.closes[i]!]
    assert(i === 0 || time > history.times[i - 1]!, `${history.asset}: time ${i} does not rise`)
    if (time > asOf) break
    if (!(close > 0 && Number.isFinite(close))) {
      refused++
      continue
    }
    const days = (time - lastTime) / MILLIS_PER_DAY
    if (days <= settings.longestReturnDays && asOf - time < settings.windowDays * MILLIS_PER_DAY) {
      series.from.push(lastTime)
      series.to.push(time)
      series.days.push(days)
      series.values.push(Math.log(close / lastClose))
    }
    lastTime = time
    lastClose = close
  }
  return { ...series, refused, clipped: clipReturns(history, series, settings) }
}

/** Pulls in returns beyond the limit, in place: a coin that died has log returns below −5, and one is enough. */
function clipReturns(history: CloseHistory, series: ReturnSeries, settings: RiskSettings): ClippedReturn[] {
  const clipped: ClippedReturn[] = []
  const perDay = series.values.map((value, i) => Math.abs(value) / Math.sqrt(series.days[i]!)).sort((a, b) => a - b)
  const median = perDay.length > 0 ? perDay[perDay.length >> 1]! : 0
  for (const [i, value] of series.values.entries()) {
    const scale = Math.sqrt(series.days[i]!)
    const limit = Math.max(settings.clipDeviations * 1.4826 * median, settings.clipReturn) * scale
    if (Math.abs(value) <= limit) continue
    series.values[i] = Math.sign(value) * limit
    clipped.push({ asset: history.asset, time: series.to[i]!, logReturn: value, usedAs: series.values[i]! })
  }
  return clipped
}
