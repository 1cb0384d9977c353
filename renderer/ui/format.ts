import { AMOUNT_DECIMALS, type Amount, formatAmountFixed } from '../../core/amount.ts'

/**
 * How figures are written on every screen: tabular, thousands separated, decimals fixed by the column, minus as "−".
 * "—" is missing (not known), "–" is none (known to be nothing).
 */
export const MISSING = '—'
export const NONE = '–'
const MINUS = '−'
/** As wide as a digit: keeps figures aligned where a sign may stand. */
const FIGURE_SPACE = '\u2007'

const formatters = new Map<number, Intl.NumberFormat>()
function magnitude(value: number, decimals: number): string {
  let formatter = formatters.get(decimals)
  if (!formatter) {
    formatter = new Intl.NumberFormat('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
    formatters.set(decimals, formatter)
  }
  return formatter.format(Math.abs(value))
}
const roundsToZero = (value: number, decimals: number): boolean => Number(Math.abs(value).toFixed(decimals)) === 0

/** "1,837,070"; a minus only where a digit other than 0 is left after rounding. Not finite: missing. */
export function formatNumber(value: number, decimals = 0): string {
  if (!Number.isFinite(value)) return MISSING
  return (value < 0 && !roundsToZero(value, decimals) ? MINUS : '') + magnitude(value, decimals)
}

/** A change: "+3.37", "−2.12"; zero has no sign but keeps its place. */
export function formatSigned(value: number, decimals = 0): string {
  if (!Number.isFinite(value)) return MISSING
  const sign = roundsToZero(value, decimals) ? FIGURE_SPACE : value < 0 ? MINUS : '+'
  return sign + magnitude(value, decimals)
}

/** A fraction in per cent or weight points, without the unit: the head of the column carries it. */
export const formatPercent = (fraction: number, decimals = 2): string => formatNumber(fraction * 100, decimals)
export const formatSignedPercent = (fraction: number, decimals = 2): string => formatSigned(fraction * 100, decimals)

/** "$1,722"; with decimals "$160.63". */
export function formatUsd(value: number, decimals = 0): string {
  if (!Number.isFinite(value)) return MISSING
  return `${value < 0 && !roundsToZero(value, decimals) ? MINUS : ''}$${magnitude(value, decimals)}`
}

const SCALES = [
  { from: 1e9, by: 1e9, suffix: 'B' },
  { from: 1e6, by: 1e6, suffix: 'M' },
  { from: 1e4, by: 1e3, suffix: 'k' },
] as const

/** "$383.7M", "$567.2k", "$9,870": for headlines only, never in a column. */
export function formatUsdShort(value: number): string {
  const scale = SCALES.find(({ from }) => Math.abs(value) >= from)
  return scale ? `${formatUsd(value / scale.by, 1)}${scale.suffix}` : formatUsd(value)
}

/** "+2.35M" without the currency, for a change beside a headline. */
export function formatSignedShort(value: number): string {
  const scale = SCALES.find(({ from }) => Math.abs(value) >= from)
  return scale ? `${formatSigned(value / scale.by, 2)}${scale.suffix}` : formatSigned(value)
}

/** Decimals that show a price to about one part in ten thousand: 91,240.50, 18.635, 0.7425, 0.00001234. */
function priceDecimals(price: number): number {
  const size = Math.abs(price)
  if (!(size > 0) || size >= 50) return 2
  if (size >= 10) return 3
  return Math.min(AMOUNT_DECIMALS, 4 + Math.max(0, Math.ceil(-Math.log10(size)) - 1))
}
export const formatPrice = (price: number): string => formatNumber(price, priceDecimals(price))

/** Decimals of a quantity so that its last digit is worth about a dollar: BTC 5, ETH 4, XRP 1. */
export function quantityDecimals(price: number): number {
  if (!(price > 0)) return 2
  return Math.min(8, Math.max(price > 0.5 && price < 1.5 ? 2 : 1, Math.ceil(Math.log10(price))))
}

/** Exact digits cut towards zero, thousands separated. */
export function formatQuantity(value: Amount, decimals: number): string {
  const text = formatAmountFixed(value, decimals)
  const negative = text.startsWith('-')
  const [whole = '0', fraction] = (negative ? text.slice(1) : text).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')
  const isZero = !/[1-9]/.test(text)
  return `${negative && !isZero ? MINUS : ''}${grouped}${fraction === undefined ? '' : `.${fraction}`}`
}

/** The fewest decimals that show every one of the amounts whole: columns that must add up cut nothing off. */
export function wholeDecimals(amounts: readonly Amount[], atLeast = 0): number {
  let decimals = atLeast
  for (const value of amounts) {
    while (decimals < AMOUNT_DECIMALS && value % 10n ** BigInt(AMOUNT_DECIMALS - decimals) !== 0n) decimals++
  }
  return decimals
}

const two = (value: number): string => String(value).padStart(2, '0')
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** All times are UTC. "14:32:07" */
export function formatTime(at: number): string {
  if (!Number.isFinite(at)) return MISSING
  const date = new Date(at)
  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`
}
/** "14:32" */
export const formatMinute = (at: number): string => formatTime(at).slice(0, 5)
/** "2026-11-20" */
export const formatDate = (at: number): string =>
  Number.isFinite(at) ? new Date(at).toISOString().slice(0, 10) : MISSING
/** "18 Nov"; of another year than that of `now` "18 Nov 2025". */
export function formatDay(at: number, now = at): string {
  if (!Number.isFinite(at)) return MISSING
  const date = new Date(at)
  const day = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`
  return isSameYear(at, now) ? day : `${day} ${date.getUTCFullYear()}`
}
export const isSameYear = (at: number, now: number): boolean =>
  new Date(at).getUTCFullYear() === new Date(now).getUTCFullYear()
/** "16:00" on the day of `now`, else "22 Nov", of another year "22 Nov 2027". */
export const formatUntil = (at: number, now: number): string =>
  formatDate(at) === formatDate(now) ? formatMinute(at) : formatDay(at, now)

/** Time left: "11:42", "1:02:11"; never below "0:00". */
export function formatCountdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000))
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / 60) % 60
  const rest = two(seconds % 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`
}

/** Days since, "57 d"; under a day in hours, "5 h"; under an hour in minutes. */
export function formatSince(at: number, now: number): string {
  if (!(at > 0)) return NONE
  const hours = Math.max(0, (now - at) / 3_600_000)
  if (hours < 1) return `${Math.floor(hours * 60)} min`
  return hours < 24 ? `${Math.floor(hours)} h` : `${Math.floor(hours / 24)} d`
}

/** "1 book", "3 books". */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${formatNumber(number)} ${number === 1 ? one : many}`

/** Shown names of venues. */
const VENUE_NAMES: Readonly<Record<string, string>> = { binance: 'Binance', kraken: 'Kraken' }
export const venueName = (venue: string): string => VENUE_NAMES[venue] ?? venue

/** "in-band" → "In band": the last resort for a word of a closed set that has no wording of its own. */
export const sentence = (code: string): string => upperFirst(code.replaceAll('-', ' '))
export const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
/** CASH is the line of all settlement currencies; on screens it reads as a word. */
export const assetName = (asset: string): string => (asset === 'CASH' ? 'Cash' : asset)
