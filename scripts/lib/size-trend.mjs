// How large the source files are: watched as a trend, because a project that is read by people stays in small files.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listFiles, ROOT } from './prepare.mjs'

const FOLDERS = ['core', 'workers', 'electron', 'renderer', 'sandbox', 'scripts', 'tests', 'bench']
const LIMIT = 400

/** One line: number of files, median length, share below the limit. */
export function sizeTrend() {
  const lengths = FOLDERS.flatMap((folder) => listFiles(folder))
    .filter((file) => /\.(ts|tsx|mjs)$/.test(file))
    .map((file) => readFileSync(join(ROOT, file), 'utf8').split('\n').length - 1)
    .toSorted((a, b) => a - b)
  const median = lengths[Math.floor(lengths.length / 2)] ?? 0
  const share = lengths.filter((length) => length < LIMIT).length / Math.max(1, lengths.length)
  return `sizes: ${lengths.length} files, median ${median} lines, ${(100 * share).toFixed(1)} % under ${LIMIT}`
}
