/** One row of a benchmark's output. */
export interface BenchRow {
  readonly name: string
  readonly medianMicros: number
  readonly [extra: string]: number | string | null | readonly number[]
}

/** Runs once for each of `labels` in turn, round after round, so that a busy machine slows all of them alike. */
export function measureTogether(jobs: readonly (() => void)[], rounds: number, warmUps: number): number[] {
  for (let round = 0; round < warmUps; round++) for (const job of jobs) job()
  const times = jobs.map((): number[] => [])
  for (let round = 0; round < rounds; round++)
    for (const [at, job] of jobs.entries()) {
      const start = process.hrtime.bigint()
      job()
      times[at]!.push(Number(process.hrtime.bigint() - start) / 1000)
    }
  return times.map(medianOf)
}

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1]!
}

export function printRows(rows: readonly BenchRow[], json: boolean): void {
  if (json) {
    for (const row of rows) console.log(JSON.stringify(row))
    return
  }
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((key) => key !== 'x')
  const cell = (value: BenchRow[string] | undefined): string =>
    typeof value === 'number' ? value.toFixed(2) : typeof value === 'string' ? value : '–'
  const table = [columns, ...rows.map((row) => columns.map((column) => cell(row[column])))]
  const widths = columns.map((_, at) => Math.max(...table.map((line) => line[at]!.length)))
  for (const line of table)
    console.log(line.map((text, at) => (at === 0 ? text.padEnd(widths[at]!) : text.padStart(widths[at]!))).join('  '))
}
