import type { LineTax } from '../../core/proposal.ts'

const money = (value: number): string => `$${Math.round(Math.abs(value)).toLocaleString('en-US')}`
const gains = (value: number): string => `${value < 0 ? 'losses' : 'gains'} of ${money(value)}`

/** "tax $1,200 on short-term gains of $4,000", "saves $300 of tax: long-term losses of $1,500". */
export function taxSentence({ taxUsd, shortTermGainUsd, longTermGainUsd }: LineTax): string {
  const parts = [
    ...(Math.abs(shortTermGainUsd) < 0.5 ? [] : [`short-term ${gains(shortTermGainUsd)}`]),
    ...(Math.abs(longTermGainUsd) < 0.5 ? [] : [`long-term ${gains(longTermGainUsd)}`]),
  ].join(' and ')
  if (parts === '') return 'no gain to tax'
  if (Math.abs(taxUsd) < 0.5) return `no tax on ${parts}`
  return taxUsd > 0 ? `tax ${money(taxUsd)} on ${parts}` : `saves ${money(taxUsd)} of tax: ${parts}`
}
