import { parseArgs } from 'node:util'
import { emptyTally, playSeed } from '../workers/drift/exactness/play.ts'
import { findFilter } from '../workers/drift/filter-module.ts'

const TICKS = 2000

/** `--seeds N` firms of 2,000 ticks each, from `--first S` on, every tick compared with brute force. Throws where they differ. */
export async function benchDriftExactness(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      seeds: { type: 'string', default: '500' },
      first: { type: 'string', default: '1001' },
    },
  })
  const [seeds, first] = [Number(values.seeds), Number(values.first)]
  if (!(Number.isInteger(seeds) && seeds > 0 && Number.isInteger(first) && first >= 0)) {
    console.error(`--seeds is "${values.seeds}" and --first "${values.first}": whole numbers above 0 are wanted`)
    process.exitCode = 2
    return
  }
  const filter = findFilter(`${import.meta.dirname}/../workers/drift`)
  if (filter.why !== null) throw new Error(`the filter does not run: ${filter.why}`)
  const tally = emptyTally()
  const start = performance.now()
  for (let seed = first; seed < first + seeds; seed++) playSeed(seed, TICKS, filter, tally)
  const row = {
    name: 'drift-exactness',
    seeds,
    first,
    ...tally,
    differences: 0,
    seconds: (performance.now() - start) / 1000,
  }
  console.log(
    values.json
      ? JSON.stringify(row)
      : Object.entries(row)
          .map(([key, value]) => `${key} ${value}`)
          .join('  '),
  )
}
