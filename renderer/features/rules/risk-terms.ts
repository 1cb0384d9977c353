import { RISK_RANGES, type RiskTerm, riskTermName } from '../../../core/risk-profile.ts'
import { formatNumber, upperFirst } from '../../ui/format.ts'

/** How a term is written on a screen: a plain number, or per cent. */
const UNITS: Readonly<Record<RiskTerm, { readonly unit: string; readonly times: number; readonly decimals: number }>> =
  {
    riskAversion: { unit: 'γ', times: 1, decimals: 1 },
    bandFactor: { unit: '×', times: 1, decimals: 2 },
    cashReserve: { unit: '%', times: 100, decimals: 2 },
    maximumWeight: { unit: '%', times: 100, decimals: 1 },
    maximumTrackingError: { unit: '% a year', times: 100, decimals: 2 },
    maximumTurnover: { unit: '%', times: 100, decimals: 1 },
  }

export const termLabel = (term: RiskTerm): string => `${upperFirst(riskTermName(term))}, ${UNITS[term].unit}`

/** "0.75" of 0.0075 as a reserve; "no limit" where there is none. */
export const showTerm = (term: RiskTerm, value: number): string =>
  Number.isFinite(value) ? formatNumber(UNITS[term].times * value, UNITS[term].decimals) : 'no limit'

/** As it stands in a field: no separators, no more digits than it has. */
export const writeTerm = (term: RiskTerm, value: number): string =>
  String(Number((UNITS[term].times * value).toFixed(6)))

/** Back from what a person wrote; the last digits of a division are not theirs. */
export const readTerm = (term: RiskTerm, written: number): number => Number((written / UNITS[term].times).toFixed(9))

export const termRange = (term: RiskTerm): string =>
  `${writeTerm(term, RISK_RANGES[term].from)} to ${writeTerm(term, RISK_RANGES[term].to)}`
