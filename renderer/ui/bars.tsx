import { formatNumber, formatSigned, venueName } from './format.ts'

/** Fee solid, spread grey, impact outlined; a thin line runs on to what the naive trade would have cost. */
export function CostBar({
  fee,
  spread,
  impact,
  naive,
  pixelsPerUsd,
}: {
  readonly fee: number
  readonly spread: number
  readonly impact: number
  readonly naive?: number | undefined
  readonly pixelsPerUsd: number
}) {
  const width = (usd: number): number => Math.max(1, Math.round(usd * pixelsPerUsd * 10) / 10)
  const rest = naive === undefined ? 0 : Math.max(0, (naive - fee - spread - impact) * pixelsPerUsd)
  const label = `fee $${formatNumber(fee, 2)}, spread $${formatNumber(spread, 2)}, impact $${formatNumber(impact, 2)}${
    naive === undefined ? '' : `; naive $${formatNumber(naive, 2)}`
  }`
  return (
    <span className="costbar" role="img" aria-label={label} title={label}>
      <i className="f" style={{ width: width(fee) }} />
      <i className="s" style={{ width: width(spread) }} />
      <i className="m" style={{ width: width(impact) }} />
      {rest > 1 && <i className="n" style={{ width: rest }} />}
    </span>
  )
}

export type FillTone = 'working' | 'done' | 'paused' | 'rejected'
const FILL_CLASS: Readonly<Record<FillTone, string>> = {
  working: 'fill',
  done: 'fill done',
  paused: 'fill paus',
  rejected: 'fill bad',
}

export function FillBar({ fraction, tone }: { readonly fraction: number; readonly tone: FillTone }) {
  const shown = Math.max(0, Math.min(1, fraction))
  return (
    <>
      <span className={FILL_CLASS[tone]} aria-hidden="true">
        <i style={{ width: `${shown * 100}%` }} />
      </span>{' '}
      <span className="fillno">{formatNumber(shown * 100, shown === 1 ? 0 : 1)}</span>
    </>
  )
}

/** From here on slippage is drawn amber. */
const SLIPPAGE_ALARM = 1.5

/** Centre tick = estimate; amber beyond one and a half times it. Better than arrival is an outline. */
export function SlippageBar({
  slippageBps,
  estimatedBps,
}: {
  readonly slippageBps: number
  readonly estimatedBps: number
}) {
  if (!Number.isFinite(slippageBps)) return <span className="lo">–</span>
  const ratio = estimatedBps > 0 ? slippageBps / estimatedBps : slippageBps > 0 ? 2 : 0
  const bad = ratio > SLIPPAGE_ALARM
  return (
    <>
      <span className={bad ? 'near strong' : 'hi'}>{formatSigned(slippageBps, 1)}</span>{' '}
      <span className="lo">/ {formatSigned(estimatedBps, 1)}</span>
      <span className={bad ? 'slip bad' : 'slip'} aria-hidden="true">
        <i className={slippageBps < 0 ? 'better' : ''} style={{ width: Math.min(40, Math.abs(ratio) * 20) }} />
        <u />
      </span>
    </>
  )
}

/** Shares of two or more venues, in the order given. */
export function VenueSplit({
  shares,
}: {
  readonly shares: readonly { readonly venue: string; readonly fraction: number }[]
}) {
  const label = shares.map((share) => `${venueName(share.venue)} ${formatNumber(share.fraction * 100)} %`).join(', ')
  return (
    <span role="img" aria-label={label} title={label}>
      <span className="split">
        {shares.map((share) => (
          <i key={share.venue} style={{ width: Math.max(1, share.fraction * 63) }} />
        ))}
      </span>{' '}
      <span className="unit">{shares.map((share) => formatNumber(share.fraction * 100)).join(' : ')}</span>
    </span>
  )
}
