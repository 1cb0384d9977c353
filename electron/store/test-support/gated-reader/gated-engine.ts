import { ok, type Result } from '../../../../core/result.ts'
import { HistoryEngine, type ReadFailure } from '../../history-reader/history-engine.ts'

/** The reader with two doors for tests: a query that ends when it is let, and a way to die. */
export class GatedEngine extends HistoryEngine {
  /** Looks at the journal twice in one look; in between it says so (gate[0] = 1) and waits until gate[0] is 2. */
  slowCount(gate: SharedArrayBuffer): Result<readonly [number, number], ReadFailure> {
    const signal = new Int32Array(gate)
    return this.read(({ store }) => {
      const before = store.historyOf('anna').length
      Atomics.store(signal, 0, 1)
      Atomics.notify(signal, 0)
      Atomics.wait(signal, 0, 1)
      return [before, store.historyOf('anna').length] as const
    })
  }

  die(): Result<null, never> {
    process.exit(7)
    return ok(null)
  }
}
