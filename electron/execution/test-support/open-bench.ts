import { afterEach } from 'vitest'
import { type BenchOptions, ExecutionBench } from './execution-bench.ts'

const benches: ExecutionBench[] = []
afterEach(() => {
  for (const bench of benches.splice(0)) bench.dispose()
})

/** A bench that is disposed of after the test. */
export function open(options?: BenchOptions): ExecutionBench {
  const bench = new ExecutionBench(options)
  benches.push(bench)
  return bench
}

/** States of a plan's child orders, oldest first. */
export const states = (bench: ExecutionBench, planId: string) => bench.children(planId).map((record) => record.state)

/** The first parent order of a plan. */
export const parentOf = (bench: ExecutionBench, planId: string) => bench.store.parentsOf(planId)[0]!

/** Polls between the turns of the event loop; the clock of the bench moves by itself. */
export async function waitFor(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 10_000; turn++) {
    if (isSo()) return
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error('it did not become so')
}
