import type { RegimeReading } from './regime-tracker.ts'

/**
 * "stressed since 2022-06-13: 20-day volatility 96 %, 93rd percentile, probability 0.98". The percentile is that of the
 * fast average in the window; the probability that of the hidden Markov model's loudest state, a storm,
 * which a quiet class names lest it be taken for its own. Dates are UTC.
 */
export function explainRegime(reading: RegimeReading): string {
  const { since, prior, twentyDayVolatility, percentile, probability, daysWithoutPrice, today, heldUntil } = reading
  const from = since === null ? '' : ` since ${dateOf(since)}`
  if (prior) return `${reading.class}${from}: assumed, history is too short to tell`
  const isLoud = reading.class === 'stressed' || reading.class === 'crisis'
  const parts = [
    ...(twentyDayVolatility === null ? [] : [`20-day volatility ${Math.round(100 * twentyDayVolatility)} %`]),
    ...(percentile === null ? [] : [`${ordinal(Math.round(100 * percentile))} percentile`]),
    ...(probability === null ? [] : [`${isLoud ? 'probability' : 'probability of a storm'} ${probability.toFixed(2)}`]),
    ...(heldUntil === null ? [] : [`held until ${dateOf(heldUntil)} by the limit of changes a year`]),
    ...(today === null || today.missing === 0 || daysWithoutPrice >= 1.5
      ? []
      : [`${today.missing} of ${today.hours} hours missing`]),
    ...(daysWithoutPrice >= 1.5 ? [`no price for ${Math.floor(daysWithoutPrice)} days`] : []),
  ]
  return `${reading.class}${from}: ${parts.join(', ')}`
}

const dateOf = (time: number): string => new Date(time).toISOString().slice(0, 10)

function ordinal(value: number): string {
  const teen = value % 100 >= 11 && value % 100 <= 13
  return `${value}${teen ? 'th' : (['th', 'st', 'nd', 'rd'][value % 10] ?? 'th')}`
}
