import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Amount, amount, sum, ZERO } from './amount.ts'
import { CHILD_STATES, type ChildState, isTerminal } from './order.ts'
import { CHILD_TRANSITIONS, type ChildProgress, mayFollow, reduceChild, startChild } from './order-states.ts'

const trade = (id: string, quantity: string, cost = '0') => ({
  kind: 'trade' as const,
  trade: { id, quantity: amount(quantity), cost: amount(cost) },
})
const to = (state: ChildState) => ({ kind: 'state' as const, state })

describe('the table', () => {
  test('names every state, and only states', () => {
    expect(Object.keys(CHILD_TRANSITIONS).sort()).toEqual([...CHILD_STATES].sort())
    for (const next of Object.values(CHILD_TRANSITIONS).flat()) expect(CHILD_STATES).toContain(next)
  })

  test('terminal states and only they have no way out', () => {
    for (const state of CHILD_STATES) expect(CHILD_TRANSITIONS[state].length === 0).toBe(isTerminal(state))
  })

  test('every state can be reached, and from every one an end', () => {
    const reach = (from: ChildState): Set<ChildState> => {
      const seen = new Set<ChildState>([from])
      for (const state of seen) for (const next of CHILD_TRANSITIONS[state]) seen.add(next)
      return seen
    }
    expect([...reach('planned')].sort()).toEqual([...CHILD_STATES].sort())
    for (const state of CHILD_STATES) expect([...reach(state)].some(isTerminal)).toBe(true)
  })

  test.each([
    ['planned', 'sent', 'nothing is sent before it is durable'],
    ['journaled', 'working', 'nor works before it was sent'],
    ['sent', 'dead', 'dead needs proof, which comes after unknown'],
    ['working', 'dead', 'what worked was there'],
    ['working', 'rejected', 'and was not rejected'],
    ['unknown', 'denied', 'denied never left the desk'],
    ['sent', 'denied', 'nor is denied once it did'],
    ['cancel-sent', 'working', 'a refused cancel is looked up first'],
    ['filled', 'cancelled', 'an end is an end'],
    ['dead', 'working', 'also this one'],
  ] as const)('%s does not become %s: %s', (from, next, _why) => {
    expect(mayFollow(from, next)).toBe(false)
    expect(reduceChild(startChild(amount('1'), from), to(next))).toMatchObject({
      ok: false,
      error: { code: 'transition-not-allowed', message: expect.stringContaining(`from ${from} to ${next}`) },
    })
  })
})

describe('trades', () => {
  test.each(['filled', 'cancelled', 'expired'] as const)(
    'a %s order takes a late one and stays what it is',
    (state) => {
      const result = reduceChild(startChild(amount('2'), state), trade('t1', '1.5', '30'))
      expect(result).toMatchObject({
        ok: true,
        value: { alarm: null, progress: { state, filledQuantity: amount('1.5'), filledCost: amount('30') } },
      })
    },
  )

  test.each(['dead', 'rejected', 'denied', 'reserved', 'planned'] as const)(
    'one for a %s order is an alarm',
    (state) => {
      const result = reduceChild(startChild(amount('2'), state), trade('t1', '1'))
      expect(result).toMatchObject({ ok: true, value: { alarm: `trade t1 for an order that is ${state}` } })
      expect(result.ok && result.value.progress.filledQuantity).toBe(amount('1'))
    },
  )

  test('one that a crash let overtake the state is none', () => {
    for (const state of ['journaled', 'sent', 'unknown', 'cancel-sent'] as const)
      expect(reduceChild(startChild(amount('2'), state), trade('t1', '1'))).toMatchObject({
        ok: true,
        value: { alarm: null },
      })
  })

  test('more than intended is refused', () => {
    const start = startChild(amount('1'), 'working')
    expect(reduceChild(start, trade('t1', '1.000000000001'))).toMatchObject({
      ok: false,
      error: { code: 'overfilled' },
    })
    expect(reduceChild(start, trade('t1', '1')).ok).toBe(true)
  })
})

test('whatever comes in whatever order: filled is the sum of distinct trades, within what was intended, and never falls', () => {
  const quantity = fc.bigInt({ min: 1n, max: 40n }).map((value) => value as Amount)
  const event = fc.oneof(
    fc.constantFrom(...CHILD_STATES).map(to),
    fc
      .record({ id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), quantity, cost: quantity })
      .map((trade) => ({ kind: 'trade' as const, trade })),
  )
  let [moved, filled, refused] = [0, 0, 0]
  fc.assert(
    fc.property(fc.constantFrom(...CHILD_STATES), fc.array(event, { maxLength: 40 }), (state, events) => {
      let progress: ChildProgress = startChild(100n as Amount, state)
      const taken = new Map<string, { quantity: Amount; cost: Amount }>()
      for (const event of events) {
        const before = progress
        const frozen = [...before.tradeIds]
        const result = reduceChild(before, event)
        expect([...before.tradeIds]).toEqual(frozen)
        if (!result.ok) {
          refused++
          continue
        }
        progress = result.value.progress
        if (event.kind === 'trade') {
          expect(progress.state).toBe(before.state)
          if (!taken.has(event.trade.id)) taken.set(event.trade.id, event.trade)
          filled++
        } else {
          expect(mayFollow(before.state, progress.state)).toBe(true)
          expect(progress.filledQuantity).toBe(before.filledQuantity)
          if (isTerminal(before.state)) expect(progress.state).toBe(before.state)
          if (progress.state !== before.state) moved++
        }
        expect(progress.filledQuantity >= before.filledQuantity).toBe(true)
        expect(progress.filledQuantity <= 100n).toBe(true)
      }
      expect(progress.filledQuantity).toBe(sum([...taken.values()].map((t) => t.quantity)))
      expect(progress.filledCost).toBe(sum([...taken.values()].map((t) => t.cost)))
      expect(progress.tradeIds).toEqual(new Set(taken.keys()))
      expect(progress.filledQuantity >= ZERO).toBe(true)
    }),
    { numRuns: 1000, seed: 7 },
  )
  // The run means something only if every kind of thing happened often.
  expect(Math.min(moved, filled, refused)).toBeGreaterThan(200)
})
