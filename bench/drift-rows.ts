/** One row of the drift benchmark. Ratios above 1: we are faster. */
export interface DriftRow {
  readonly name: string
  readonly medianMs: number
  readonly p99Ms: number
  /** Median of the plain-JavaScript sweep over the same books in the same run, divided by `medianMs`. */
  readonly vsPlainSweep: number | null
  readonly [figure: string]: number | string | null
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
}

/** One line per row, as JSON or as name and figures; at once, because the long rows take a while. */
export function printRow(row: DriftRow, json: boolean): void {
  const rounded = Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, typeof value === 'number' ? Number(value.toPrecision(4)) : value]),
  )
  if (json) console.log(JSON.stringify(rounded))
  else {
    const { name, ...figures } = rounded
    const text = Object.entries(figures).map(([key, value]) => `${key} ${value ?? '–'}`)
    console.log(`${String(name).padEnd(24)} ${text.join('  ')}`)
  }
}
