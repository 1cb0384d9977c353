import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Amount } from '../../core/amount.ts'
import { createRandom, type Random } from '../../core/random.ts'
import { ExecutionBench } from './test-support/execution-bench.ts'
import type { Behaviour } from './test-support/scripted-venue.ts'

const BEHAVIOURS: readonly Behaviour[] = [
  ...(['normal', 'normal', 'bare', 'bare', 'lost-before', 'lost-after', 'late'] as const),
  ...(['reject', 'rate-limit', 'not-sent', 'held-back', 'throw'] as const),
]

const quantityOf = (random: Random, below: number): string => (1 + random.integer(below)).toString().padStart(5, '0')
const decimal = (thousandths: string): string => `${thousandths.slice(0, -3)}.${thousandths.slice(-3)}`

/** The process ends at the n-th write from now: the store takes nothing more and nothing is sent any more. */
function endAtWrite(bench: ExecutionBench, n: number): void {
  const record = bench.store.record.bind(bench.store)
  let left = n
  bench.store.record = (facts, actor) => {
    if (left-- > 0) return record(facts, actor)
    throw new Error('the process has ended')
  }
  const restore: (() => void)[] = []
  for (const venue of Object.values(bench.venues)) {
    const { behave } = venue
    venue.behave = (child, count) => (left < 0 ? 'lost-before' : behave(child, count))
    restore.push(() => {
      venue.behave = behave
    })
  }
  bench.onRestart = () => restore.forEach((put) => put())
}

it('never over-fills, loses or doubles anything, whatever the venues answer and wherever the process ends', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 1_000_000 }), async (seed) => {
      const random = createRandom(seed)
      const bench = new ExecutionBench({
        limits: { wavePatienceMs: 20_000 },
        venue: { feeIn: random.pick(['quote', 'received'] as const) },
      })
      try {
        const trouble = random.next() * 0.8
        for (const venue of Object.values(bench.venues)) {
          venue.behave = () => (random.next() < trouble ? random.pick(BEHAVIOURS) : 'normal')
          venue.lookupLag = random.integer(3)
          venue.tradesLag = random.next() < 0.5
          venue.lateMs = random.integer(1_900)
        }
        const intended = new Map<string, Amount>()
        for (let plan = 0; plan < 2; plan++) {
          bench.quoteBooks(decimal(quantityOf(random, 1_500)))
          if (random.next() < 0.7) endAtWrite(bench, random.integer(14))
          const sizes = { anna: decimal(quantityOf(random, 900)), boris: decimal(quantityOf(random, 900)) }
          const parents = [
            bench.parent('sell', sizes),
            bench.parent('buy', { boris: decimal(quantityOf(random, 900)) }),
            bench.parent('sell', { clara: decimal(quantityOf(random, 900)) }, { account: 'clara-account' }),
          ]
          for (const { id, participants } of parents)
            for (const { bookId, quantity } of participants) intended.set(`${id} ${bookId}`, quantity)
          try {
            bench.release(...parents)
          } catch {
            // the process ended before the release was durable
          }
          await bench.executor.idle()
          bench.restart()
          await bench.executor.resume()
          await bench.executor.idle()
        }
        expect(bench.violations()).toEqual([])
        expect(bench.store.openPlans()).toEqual([])
        expect(bench.store.unfinishedChildren()).toEqual([])
        expect(bench.store.childrenToAllocate()).toEqual([])
        expect(bench.store.tradingState().all).toBe('active')
        for (const plan of bench.store.plans(10))
          for (const { parent } of bench.store.parentsOf(plan.planId)) {
            const given = new Map<string, bigint>()
            for (const { child } of bench.store.childrenOf(parent.id))
              for (const { bookId, quantity } of bench.store.allocationsOf(child.id))
                given.set(bookId, (given.get(bookId) ?? 0n) + quantity)
            for (const [bookId, quantity] of given)
              expect(quantity <= (intended.get(`${parent.id} ${bookId}`) ?? 0n), `${parent.id} ${bookId}`).toBe(true)
          }
      } finally {
        bench.dispose()
      }
    }),
    {
      numRuns: Number(process.env['EXECUTION_RUNS'] ?? 15),
      ...(process.env['EXECUTION_SEED'] ? { seed: Number(process.env['EXECUTION_SEED']) } : {}),
    },
  )
}, 60_000)
