import { type Amount, parseAmount, ZERO } from '../../core/amount.ts'
import type { ImportFailure } from '../../core/contracts/desk-api.ts'
import type { ColumnName } from './client-book-columns.ts'
import type { CsvRow } from './csv-table.ts'

type LineFault = ImportFailure['lines'][number]

/** Collects everything that is wrong with a file, so that one look is enough to mend it. */
export class FaultList {
  readonly #faults: LineFault[] = []
  add(line: number, column: string, message: string): void {
    this.#faults.push({ line, column, message })
  }
  get sorted(): readonly LineFault[] {
    return [...this.#faults].sort((a, b) => a.line - b.line)
  }
  get count(): number {
    return this.#faults.length
  }
}

/** Typed reading of one row. A bad cell is noted with its value and what is allowed, and answered with undefined. */
export class RowReader {
  readonly line: number
  readonly #row: CsvRow
  readonly #positions: ReadonlyMap<string, number>
  readonly #faults: FaultList

  constructor(row: CsvRow, positions: ReadonlyMap<string, number>, faults: FaultList) {
    this.line = row.line
    this.#row = row
    this.#positions = positions
    this.#faults = faults
  }

  fault(column: ColumnName, message: string): undefined {
    this.#faults.add(this.line, column, message)
  }

  /** "" where the column or the cell is not there. */
  text(column: ColumnName): string {
    const position = this.#positions.get(column)
    return position === undefined ? '' : (this.#row.cells[position] ?? '')
  }

  filled(column: ColumnName): string | undefined {
    const text = this.text(column)
    return text === '' ? this.fault(column, 'is empty, it must be filled') : text
  }

  oneOf<T extends string>(column: ColumnName, allowed: readonly T[], fallback?: T): T | undefined {
    const text = this.text(column)
    if (text === '' && fallback !== undefined) return fallback
    const found = allowed.find((value) => value.toLowerCase() === text.toLowerCase())
    return found ?? this.fault(column, `was "${text}", allowed: ${allowed.join(', ')}`)
  }

  number(
    column: ColumnName,
    range: { above?: number; from?: number; to: number },
    fallback: number,
  ): number | undefined {
    const text = this.text(column)
    if (text === '') return fallback
    const value = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN
    const { above, from = Number.NEGATIVE_INFINITY, to } = range
    if (value >= from && value <= to && (above === undefined || value > above)) return value
    const low = above === undefined ? `from ${from}` : `above ${above}`
    return this.fault(column, `was "${text}", allowed: a number ${low} to ${to}`)
  }

  /** Exact and above zero; null where the cell is blank. */
  amount(column: ColumnName): Amount | null | undefined {
    const text = this.text(column)
    if (text === '') return null
    const parsed = parseAmount(text)
    if (!parsed.ok) {
      const hint = text.includes(',') ? '; write it with a point and without separators' : ''
      return this.fault(column, `${parsed.error.message}${hint}`)
    }
    return parsed.value > ZERO ? parsed.value : this.fault(column, `was ${text}, it must be above 0`)
  }
}
