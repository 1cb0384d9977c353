import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { GridFrame } from '../../core/contracts/monitor-view.ts'
import { createEventGate, EVENTS_UNDER_WAY } from './event-gate.ts'
import { fakeFrame, fakeSummary } from './testing/fake-desk.ts'

type Sent = readonly [name: string, value: unknown]

function gateWithRecord(wholeFrame: () => GridFrame = () => fakeFrame(99, [0, 1, 2, 3])) {
  const sent: Sent[] = []
  return { sent, gate: createEventGate((name, value) => void sent.push([name, value]), wholeFrame) }
}

describe('the gate of a page', () => {
  test('lets events through while the page keeps up', () => {
    const { gate, sent } = gateWithRecord()
    for (let n = 1; n <= 50; n++) {
      gate.push('frame', fakeFrame(n, [n % 4]))
      gate.received(n)
    }
    expect(sent).toHaveLength(50)
    expect(sent.every(([, value]) => (value as GridFrame).rows.length === 1)).toBe(true)
  })

  test('a page that stands still gets a whole frame, the last summary and every topic once it moves', () => {
    const { gate, sent } = gateWithRecord()
    for (let n = 1; n <= EVENTS_UNDER_WAY; n++) gate.push('frame', fakeFrame(n, [0]))
    for (let n = 0; n < 100; n++) {
      gate.push('frame', fakeFrame(n, [1]))
      gate.push('summary', { ...fakeSummary, at: n })
      gate.push('changed', { topics: [n % 2 ? 'proposals' : 'blotter'] })
      gate.push('reset', { why: `${n}` })
    }
    expect(sent).toHaveLength(EVENTS_UNDER_WAY)
    gate.received(EVENTS_UNDER_WAY)
    expect(sent.slice(EVENTS_UNDER_WAY)).toEqual([
      ['reset', { why: '99' }],
      ['frame', fakeFrame(99, [0, 1, 2, 3])],
      ['changed', { topics: ['blotter', 'proposals'] }],
      ['summary', { ...fakeSummary, at: 99 }],
    ])
  })

  test('a count that cannot be true opens nothing', () => {
    const { gate, sent } = gateWithRecord()
    gate.received(1e9)
    for (let n = 0; n < 20; n++) gate.push('frame', fakeFrame(n, [0]))
    gate.received(3)
    gate.received(0)
    expect(sent).toHaveLength(EVENTS_UNDER_WAY + 1)
  })

  test('whatever the pace, a page that catches up ends with the truth about every row', () => {
    const step = fc.oneof(
      fc.record({ row: fc.nat(3), kind: fc.constant('push' as const) }),
      fc.record({ taken: fc.nat(4), kind: fc.constant('take' as const) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const truth = new Float64Array(4)
        const page = new Float64Array(4)
        const frameOf = (rows: readonly number[]): GridFrame => ({
          sequence: 0,
          at: 0,
          rows: Uint32Array.from(rows),
          cells: Float64Array.from(rows, (row) => truth[row]!),
        })
        const { gate, sent } = gateWithRecord(() => frameOf([0, 1, 2, 3]))
        let taken = 0
        const take = (count: number): void => {
          for (let n = 0; n < count && taken < sent.length; n++, taken++) {
            const { rows, cells } = sent[taken]![1] as GridFrame
            for (const [index, row] of rows.entries()) page[row] = cells[index]!
          }
          gate.received(taken)
        }
        for (const one of steps) {
          if (one.kind === 'take') take(one.taken)
          else {
            truth[one.row]!++
            gate.push('frame', frameOf([one.row]))
          }
          expect(sent.length - taken).toBeLessThanOrEqual(EVENTS_UNDER_WAY)
        }
        while (taken < sent.length) take(1)
        expect(page).toEqual(truth)
      }),
    )
  })
})
