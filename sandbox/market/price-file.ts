import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import { ALL_ASSETS } from './assets.ts'

/** Hourly closes side by side. `hours[i]` is the hour (since 1970) that row i's bar opens; NaN: no value. */
export interface PriceFile {
  readonly hours: readonly number[]
  readonly closes: ReadonlyMap<string, readonly number[]>
}

export type PriceFileError = Failure<'bad-price-file'>
const bad = (message: string): { readonly ok: false; readonly error: PriceFileError } => fail('bad-price-file', message)

const TIME = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}):00(?::00)?(?:Z|\+00:00)?$/

/**
 * Reads a CSV with the header `time_utc,BTC,ETH,…` and one row an hour (gaps are allowed, an empty cell is no value).
 * Errors name the line and the text that was found.
 */
export function parsePriceFile(text: string): Result<PriceFile, PriceFileError> {
  const lines = text.split(/\r?\n/)
  const header = lines[0]!.split(',').map((cell) => cell.trim())
  if (header[0] !== 'time_utc') return bad(`line 1: the first column is "${header[0]}", it must be "time_utc"`)
  const assets = header.slice(1)
  const columns = checkColumns(assets)
  if (!columns.ok) return columns
  const hours: number[] = []
  const closes = new Map<string, number[]>(assets.map((asset) => [asset, []]))
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i]!
    if (line.trim() === '') continue
    const cells = line.split(',').map((cell) => cell.trim())
    if (cells.length !== header.length) {
      return bad(`line ${i + 1}: ${cells.length} cells, the header has ${header.length}`)
    }
    const hour = parseHour(cells[0]!)
    if (hour === null) return bad(`line ${i + 1}: "${cells[0]}" is not a full hour such as "2024-11-14 00:00"`)
    if (hours.length > 0 && hour <= hours.at(-1)!) return bad(`line ${i + 1}: ${cells[0]} is not after the line before`)
    hours.push(hour)
    for (let column = 0; column < assets.length; column++) {
      const cell = cells[column + 1]!
      const price = cell === '' ? Number.NaN : Number(cell)
      if (cell !== '' && !(price > 0 && price < 1e9)) {
        return bad(`line ${i + 1}, column ${assets[column]}: "${cell}" is not a price above 0`)
      }
      closes.get(assets[column]!)!.push(price)
    }
  }
  if (hours.length < 2) return bad(`${hours.length} rows of prices, at least 2 are needed`)
  for (const [asset, column] of closes) {
    if (column.every(Number.isNaN)) return bad(`column ${asset} has no value`)
  }
  return ok({ hours, closes })
}

function checkColumns(assets: readonly string[]): Result<true, PriceFileError> {
  const known = ALL_ASSETS.map((profile) => profile.asset)
  if (assets.length === 0) return bad('line 1: no asset columns after "time_utc"')
  for (const asset of assets) {
    if (!known.includes(asset)) return bad(`line 1: unknown asset "${asset}", known are ${known.join(', ')}`)
    if (assets.indexOf(asset) !== assets.lastIndexOf(asset)) return bad(`line 1: column "${asset}" is there twice`)
  }
  return ok(true)
}

function parseHour(text: string): number | null {
  const match = TIME.exec(text)
  if (!match) return null
  const time = Date.parse(`${match[1]}T${match[2]}:00:00Z`)
  return Number.isNaN(time) ? null : time / 3_600_000
}
