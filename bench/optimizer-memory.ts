import {
  type BatchAnswers,
  type BookBatch,
  createAnswers,
  solveBatch,
  workingBytes,
} from '../workers/optimizer/index.ts'
import type { GeneratedBooks } from '../workers/optimizer/test-support/generated-books.ts'
import type { BenchRow } from './measure.ts'

/**
 * Bytes per book: of its columns, of its answer, and what the process grew by while both were made and solved. The
 * working memory is one thread's, whatever the number of books.
 */
export function measureMemory(
  size: number,
  count: number,
  make: (size: number, count: number, impact: boolean) => GeneratedBooks,
): BenchRow {
  globalThis.gc?.()
  const before = process.memoryUsage().rss
  const { batch, movedWeights } = make(size, count, true)
  const answers = createAnswers(batch, true)
  solveBatch(batch, answers)
  // the generator's second set of weights is no part of a batch
  const grown = process.memoryUsage().rss - before - movedWeights.byteLength
  return {
    name: `memory/${count}x${size}`,
    medianMicros: null,
    vsPrototype: null,
    vsHighs: null,
    inputBytes: bytesIn(batch) / count,
    answerBytes: bytesIn(answers) / count,
    grownBytes: grown / count,
    workingBytes: workingBytes(),
  }
}

function bytesIn(columns: BookBatch | BatchAnswers): number {
  let bytes = 0
  for (const column of Object.values(columns)) if (ArrayBuffer.isView(column)) bytes += column.byteLength
  return bytes
}
