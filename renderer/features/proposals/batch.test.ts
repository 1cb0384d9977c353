import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { amount, sum } from '../../../core/amount.ts'
import { systemClock } from '../../../core/clock.ts'
import type { Proposal, ProposalLine } from '../../../core/proposal.ts'
import { usd } from '../../../core/units.ts'
import { FakeDesk } from '../../fake-desk/fake-desk.ts'
import {
  batchTotals,
  groupOf,
  isTicked,
  leftOutOf,
  netTrades,
  positionAfter,
  savedShare,
  selectionOf,
  tradedLines,
} from './batch.ts'
import { itemKey, proposalItems } from './proposal-items.ts'

const { proposals } = await new FakeDesk({
  books: 120,
  seed: 3,
  clock: systemClock,
  scenario: 'normal',
}).api.proposals()
const none = new Map<string, boolean>()
const options = {
  nameOf: (bookId: string) => bookId,
  sort: null,
  opened: new Set<string>(),
  withRest: new Set<string>(),
}

describe('groups and ticks', () => {
  test('clean is ticked, a warning needs its own tick, blocked and held cannot', () => {
    for (const proposal of proposals) {
      expect(isTicked(proposal, none)).toBe(proposal.cleanliness === 'clean')
      const all = new Map(proposals.map((each) => [each.id, true]))
      expect(isTicked(proposal, all)).toBe(proposal.cleanliness !== 'blocked')
      expect(isTicked({ ...proposal, state: 'held' }, all)).toBe(false)
    }
  })
  test('what was decided is no longer here', () => {
    expect(groupOf({ ...proposals[0]!, state: 'executing' })).toBeNull()
    expect(groupOf({ ...proposals[0]!, state: 'held' })).toBe('held')
  })
})

describe('approval', () => {
  test('all clean and nothing else is one request, whatever their number', () => {
    const selection = selectionOf(proposals, none)
    expect(selection.request).toEqual({ kind: 'all-clean' })
    expect(selection.label).toBe(`${selection.clean} clean`)
    expect(selection.clean + selection.warningsLeft + selection.blocked).toBe(proposals.length)
  })
  test('a ticked warning or an unticked clean one names each proposal', () => {
    const warning = proposals.find((each) => each.cleanliness === 'warning')!
    const clean = proposals.filter((each) => each.cleanliness === 'clean')
    const more = selectionOf(proposals, new Map([[warning.id, true]]))
    expect(more.request).toMatchObject({ kind: 'selected' })
    expect(more.label).toBe(`${clean.length} clean, 1 with warnings`)
    const fewer = selectionOf(proposals, new Map([[clean[0]!.id, false]]))
    expect(fewer.request).toEqual({ kind: 'selected', proposalIds: clean.slice(1).map((each) => each.id) })
    expect(fewer.label).toBe(`${clean.length - 1} ticked`)
  })
  test('whatever is ticked: a blocked or approved proposal is never in the request', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: proposals.length, maxLength: proposals.length }), (given) => {
        const some = proposals.map((each, k) => (k % 7 === 0 ? { ...each, state: 'approved' as const } : each))
        const { request, ticked } = selectionOf(some, new Map(proposals.map((each, k) => [each.id, given[k]!])))
        expect(ticked.every((each) => each.state === 'open' && each.cleanliness !== 'blocked')).toBe(true)
        if (request.kind === 'selected') expect(request.proposalIds).toEqual(ticked.map((each) => each.id))
        else expect(ticked.every((each) => each.cleanliness === 'clean')).toBe(true)
      }),
    )
  })
})

describe('totals', () => {
  test('sums of the parts, means over books and value', () => {
    const totals = batchTotals(proposals)
    expect(totals.trades).toBe(proposals.reduce((total, each) => total + tradedLines(each).length, 0))
    expect(totals.cost.fee + totals.cost.spread + totals.cost.impact).toBeCloseTo(totals.cost.total, 6)
    expect(totals.positionAfter).toBeLessThan(totals.positionBefore)
    expect(totals.costBps).toBeCloseTo((totals.cost.total / (totals.buyUsd + totals.sellUsd)) * 1e4, 9)
  })
  test('tax beside the cost, of the proposals that tell it; none where none does', () => {
    expect(batchTotals(proposals).tax).toBeNull()
    const told = { taxUsd: usd(120), shortTermGainUsd: usd(400), longTermGainUsd: usd(0), naiveTaxUsd: usd(300) }
    const withTax = proposals.map((each, i) => {
      if (i % 2 > 0) return each
      const lines = each.lines.map((line) => ({ ...line, tax: { ...told, unknownCostUsd: usd(0) } }))
      return { ...each, lines, tax: told }
    })
    const books = Math.ceil(proposals.length / 2)
    const totals = batchTotals(withTax)
    expect(totals.tax).toEqual({ books, told: 120 * books, naive: 300 * books })
    expect(totals.cost).toEqual(batchTotals(proposals).cost)
    const trades = netTrades(withTax)
    const sold = withTax.flatMap((each) => tradedLines(each)).filter((line) => line.tax !== undefined)
    expect(trades.reduce((total, trade) => total + (trade.tax ?? 0), 0)).toBeCloseTo(120 * sold.length, 6)
    expect(netTrades(proposals).every((trade) => trade.tax === null)).toBe(true)
  })
  test('of nothing: zeros, not NaN', () => {
    expect(Object.values(batchTotals([])).every((value) => typeof value === 'object' || value === 0)).toBe(true)
    expect(savedShare(1, 0)).toBeNull()
  })
  test('netted by asset and side: no quantity and no cost is lost', () => {
    const trades = netTrades(proposals)
    const lines = proposals.flatMap(tradedLines)
    expect(sum(trades.map((trade) => trade.quantity))).toBe(sum(lines.map((line) => line.quantity)))
    expect(trades.reduce((total, trade) => total + trade.cost, 0)).toBeCloseTo(
      lines.reduce((total, line) => total + line.cost.totalUsd, 0),
      6,
    )
    expect(trades.map((trade) => trade.notionalUsd)).toEqual(
      trades.map((trade) => trade.notionalUsd).sort((a, b) => b - a),
    )
    expect(new Set(trades.map((trade) => trade.key)).size).toBe(trades.length)
  })
})

describe('rows', () => {
  test('blocked before warnings before clean, each by its worst line', () => {
    const items = proposalItems(proposals, options)
    expect(items.flatMap((item) => (item.kind === 'group' ? [item.group] : []))).toEqual([
      'blocked',
      'warning',
      'clean',
    ])
    expect(items.filter((item) => item.kind === 'proposal')).toHaveLength(proposals.length)
    expect(new Set(items.map(itemKey)).size).toBe(items.length)
  })
  test('opened: the traded lines, then the others with their reasons on demand', () => {
    const [proposal] = proposals
    const opened = new Set([proposal!.bookId])
    const short = proposalItems([proposal!], { ...options, opened })
    const long = proposalItems([proposal!], { ...options, opened, withRest: opened })
    const rest = short.find((item) => item.kind === 'rest')!
    expect(short.filter((item) => item.kind === 'line')).toHaveLength(tradedLines(proposal!).length)
    expect(long.length - short.length).toBe(rest.kind === 'rest' ? rest.count : 0)
  })
  test('a line left out stays in view, to be ticked again', () => {
    const [proposal] = proposals
    const [first] = tradedLines(proposal!)
    const lines = proposal!.lines.map(
      (line): ProposalLine =>
        line.asset === first!.asset ? { ...line, side: null, quantity: amount('0'), reason: 'held-back' } : line,
    )
    const again: Proposal = { ...proposal!, lines }
    expect(leftOutOf(again)).toEqual([first!.asset])
    const items = proposalItems([again], { ...options, opened: new Set([again.bookId]) })
    expect(items.some((item) => item.kind === 'line' && item.line.asset === first!.asset)).toBe(true)
  })
  test('where a line stands after its trade', () => {
    const line = proposals.flatMap(tradedLines).find((each) => each.reason === 'above-band')!
    expect(positionAfter(line)).toBeCloseTo(0.7, 6)
  })
})
