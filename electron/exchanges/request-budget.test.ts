import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../core/clock.ts'
import { DecayingCounter, RequestBudget, SlidingWindow } from './request-budget.ts'
import { SerialQueue } from './serial-queue.ts'

/** A budget whose sleep moves its clock. */
function budgetOnManualClock(): { clock: ManualClock; budget: RequestBudget } {
  const clock = new ManualClock(1_000_000)
  const budget = new RequestBudget(clock, async (ms) => clock.advance(ms))
  return { clock, budget }
}

describe('SlidingWindow', () => {
  it('never lets more than the limit into any window', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 60 }), async (costs) => {
        const { clock, budget } = budgetOnManualClock()
        const counter = new SlidingWindow(10, 1_000)
        const sent: { at: number; cost: number }[] = []
        for (const cost of costs) {
          await budget.take([{ counter, cost, reserve: 0 }])
          sent.push({ at: clock.now(), cost })
        }
        for (const { at } of sent) {
          const within = sent.filter((entry) => entry.at <= at && entry.at > at - 1_000)
          expect(within.reduce((total, entry) => total + entry.cost, 0)).toBeLessThanOrEqual(10)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('keeps the reserve for cancels', () => {
    const counter = new SlidingWindow(10, 1_000)
    counter.record(0, 8)
    expect(counter.waitMs(0, 1, 2)).toBe(1_000)
    expect(counter.waitMs(0, 1, 0)).toBe(0)
  })

  it('lets a cost above the limit pass alone', async () => {
    const { budget } = budgetOnManualClock()
    const counter = new SlidingWindow(10, 1_000)
    counter.record(1_000_000, 1)
    await expect(budget.take([{ counter, cost: 50, reserve: 0 }])).resolves.toBeUndefined()
  })
})

describe('DecayingCounter', () => {
  it('refuses above the limit and forgets with time', () => {
    const counter = new DecayingCounter(20, 1)
    counter.record(0, 20)
    expect(counter.waitMs(0, 2, 0)).toBe(2_000)
    expect(counter.waitMs(2_000, 2, 0)).toBe(0)
  })
})

describe('RequestBudget', () => {
  it('lets an order pass while queries wait for another counter', async () => {
    const clock = new ManualClock(0)
    const sleeping: (() => void)[] = []
    const budget = new RequestBudget(clock, () => new Promise((resolve) => sleeping.push(resolve)))
    const [queries, orders] = [new DecayingCounter(1, 1), new DecayingCounter(1, 1)]
    queries.record(0, 5)
    const log: string[] = []
    const query = budget.take([{ counter: queries, cost: 1, reserve: 0 }]).then(() => log.push('query'))
    await budget.take([{ counter: orders, cost: 1, reserve: 0 }]).then(() => log.push('order'))
    clock.advance(10_000)
    for (const wake of sleeping) wake()
    await query
    expect(log).toEqual(['order', 'query'])
  })
})

describe('SerialQueue', () => {
  it('runs one task at a time in order of arrival, also after a failure', async () => {
    const queue = new SerialQueue()
    const log: string[] = []
    const task =
      (name: string, ms: number, fails = false) =>
      async (): Promise<string> => {
        log.push(`${name} starts`)
        await new Promise((resolve) => setTimeout(resolve, ms))
        log.push(`${name} ends`)
        if (fails) throw new Error(name)
        return name
      }
    const results = await Promise.allSettled([
      queue.run(task('a', 10)),
      queue.run(task('b', 1, true)),
      queue.run(task('c', 0)),
    ])
    expect(log).toEqual(['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends'])
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })
})
