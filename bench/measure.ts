/** One row of a benchmark's output. */
export interface BenchRow {
  readonly name: string
  /** Null where a row is not of time. */
  readonly medianMicros: number | null
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

/**
 * As `measureTogether`, of work that comes in slices: the sum of every slice's median. A slice is over before a busy
 * machine hands the processor to somebody else, where the whole would seldom be; and all others come before it comes
 * again, so that no branch is known by heart.
 */
export function measureSlices(
  jobs: readonly ((slice: number) => void)[],
  slices: number,
  rounds: number,
  warmUps: number,
): number[] {
  const times = jobs.map(() => Array.from({ length: slices }, (): number[] => []))
  for (let round = -warmUps; round < rounds; round++)
    for (let slice = 0; slice < slices; slice++)
      for (const [at, job] of jobs.entries()) {
        const start = process.hrtime.bigint()
        job(slice)
        if (round >= 0) times[at]![slice]!.push(Number(process.hrtime.bigint() - start) / 1000)
      }
  return times.map((ofJob) => ofJob.reduce((sum, ofSlice) => sum + medianOf(ofSlice), 0))
}

/** Least-squares slope of log y over log x: 1 where y grows like x, 2 where like its square. */
export function exponentOf(x: readonly number[], y: readonly number[]): number {
  const [a, b] = [x.map(Math.log), y.map(Math.log)]
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [meanA, meanB] = [mean(a), mean(b)]
  const covariance = a.reduce((sum, value, i) => sum + (value - meanA) * (b[i]! - meanB), 0)
  return covariance / a.reduce((sum, value) => sum + (value - meanA) ** 2, 0)
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
