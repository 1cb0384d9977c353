import { describe, expect, test } from 'vitest'
import { ladderCost } from '../../core/decisions/ladder-cost.ts'
import type { Proposal } from '../../core/proposal.ts'
import { ownTerms } from '../../core/risk-profile.ts'
import type { LadderOf } from '../../workers/microstructure/index.ts'
import type { FirmRequest } from '../../workers/optimizer/index.ts'
import { planBooks } from './plan-books.ts'
import type { PlanningDeps } from './planning-inputs.ts'
import { DEFAULT_PLANNING, type PlanningSettings } from './settings.ts'
import { book, DRIFTED, deps, holdings, line, manual, model, PRICES, view } from './test-support/planning-bench.ts'

describe('the flow of many client books', () => {
  const COUNT = 12
  const withSettings = (over: Partial<PlanningSettings>): PlanningDeps => ({
    ...deps,
    settings: { ...DEFAULT_PLANNING, ...over },
  })
  async function planMany(over: Partial<PlanningSettings>, valueUsd = 20_000_000, count = COUNT, riskAversion = 5) {
    const requests = Array.from({ length: count }, (_, b) => ({
      book: { ...book(), id: `book-${b}` },
      model,
      holdings: holdings(DRIFTED, valueUsd),
      terms: { ...ownTerms(book()), riskAversion },
      trigger: manual,
      leftOut: [],
      lots: [],
    }))
    const answers = await planBooks(requests, view(), withSettings(over))
    return answers.map((answer) => {
      if (!answer.ok) throw new Error(answer.error.message)
      return answer.value
    })
  }
  const costOf = (proposals: readonly Proposal[]): number => proposals.reduce((sum, { cost }) => sum + cost.totalUsd, 0)

  test('identical books are told the same, and together what one book of their common size is', async () => {
    const proposals = await planMany({ flowPricing: 'pooled' })
    for (const { lines, cost } of proposals) {
      expect(lines).toEqual(proposals[0]!.lines)
      expect(cost).toEqual(proposals[0]!.cost)
    }
    const traded = proposals[0]!.lines.find(({ side }) => side === 'sell')!
    const [big] = await planMany({ flowPricing: 'alone' }, 20_000_000 * COUNT, 1)
    const same = line(big!, traded.asset)
    // a little less or more is traded: the pool's price per traded value is what is compared
    const rate = (entry: typeof traded): number => entry.cost.impactUsd / entry.notionalUsd ** 1.5
    expect(rate(traded) / (Math.sqrt(COUNT) * rate(same))).toBeCloseTo(1, 2)
  })

  test('alone, they are told a fraction of what the pool of the same trades costs', async () => {
    const [alone, pooled] = [await planMany({ flowPricing: 'alone' }), await planMany({ flowPricing: 'pooled' })]
    const impact = (proposals: readonly Proposal[]): number => proposals[0]!.cost.impactUsd
    expect(impact(pooled) / impact(alone)).toBeGreaterThan(2)
    expect(pooled[0]!.trackingErrorAfter / alone[0]!.trackingErrorAfter).toBeCloseTo(1, 2)
    // dearer trades at the same tracking error: risk weighs more, and the proposal says so
    expect(pooled[0]!.weighing).toMatchObject({ withinTerms: 1, keptAlone: false })
    expect(pooled[0]!.weighing!.inCompany).toBeGreaterThan(1.05)
    expect(alone[0]!.weighing).toBeUndefined()
  })

  test('order books that take everything at their best price: no impact is decided at, and none is told', async () => {
    const deep: LadderOf = (market, side) => {
      const priceUsd = PRICES[market.split(':')[1]!]!
      const best = priceUsd * (side === 'buy' ? 1.0002 : 0.9998)
      const ladder = Float64Array.of(best, 1e12 / priceUsd)
      return ladderCost({ side, ladder, priceUsd, quoteUsd: 1, takerFee: 0.001, impactFactor: 1, tailImpact: 1 })
    }
    const asked: FirmRequest[] = []
    const watching: PlanningDeps = {
      ...withSettings({}),
      solveFirm: (request) => {
        asked.push(request)
        return deps.solveFirm(request)
      },
    }
    const market = view()
    const requests = ['a', 'b'].map((id) => ({
      book: { ...book(), id },
      model,
      holdings: holdings(DRIFTED, 20_000_000),
      terms: ownTerms(book()),
      trigger: manual,
      leftOut: [],
      lots: [],
    }))
    const answers = await planBooks(requests, { ...market, costs: { ...market.costs, ladder: deep } }, watching)
    for (const { books, market } of asked) {
      for (const impact of [...market.impactBuy, ...market.impactSell]) expect(impact).toBeLessThan(1e-15)
      for (const { problem } of books) for (const impact of problem.impact) expect(impact).toBeLessThan(1e-9)
    }
    expect(asked.length).toBeGreaterThan(0)
    for (const answer of answers) {
      if (!answer.ok) throw new Error(answer.error.message)
      const { cost, buyUsd, sellUsd } = answer.value
      expect(cost.impactUsd).toBeCloseTo(0, 6)
      expect(cost.spreadUsd).toBeCloseTo(0.0002 * (buyUsd + sellUsd), 6)
      expect(cost.feeUsd).toBeCloseTo(0.001 * (1.0002 * buyUsd + 0.9998 * sellUsd), 6)
    }
  })

  describe('the line of a trade says in whose company it was priced', () => {
    const WORDS = /priced with the firm's \$([\d.]+)(k|M) of BTC sales: ([\d.]+) bps, alone ([\d.]+) bps/
    /** Flow in millions, bps told, bps alone. */
    const wordsOf = (proposal: Proposal): readonly number[] | null => {
      const [, flow, unit, told, alone] = WORDS.exec(line(proposal, 'BTC').why) ?? []
      return flow === undefined ? null : [Number(flow) / (unit === 'k' ? 1e3 : 1), Number(told), Number(alone)]
    }

    test('the flow of all, what it is told and what it would be told alone', async () => {
      const proposals = await planMany({ flowPricing: 'pooled' })
      const { cost, notionalUsd } = line(proposals[0]!, 'BTC')
      const [flow, told, alone] = wordsOf(proposals[0]!)!
      expect(flow).toBeCloseTo((COUNT * notionalUsd) / 1e6, 1)
      expect(told).toBeCloseTo((1e4 * cost.totalUsd) / notionalUsd, 1)
      const [single] = await planMany({ flowPricing: 'alone' }, 20_000_000, 1)
      const own = line(single!, 'BTC')
      // a little more is traded at its own price
      expect(Math.abs(alone! - (1e4 * own.cost.totalUsd) / own.notionalUsd)).toBeLessThan(0.3)
      expect(alone).toBeLessThan(told! - 1)
    })

    test('open proposals of other books are company; without any, and priced alone, there is nothing to say', async () => {
      const [single] = await planMany({ flowPricing: 'pooled' }, 20_000_000, 1)
      expect(wordsOf(single!)).toBeNull()
      const [own] = await planMany({ flowPricing: 'alone' })
      expect(wordsOf(own!)).toBeNull()
      const proposedUsd = (asset: string, side: string): number => (asset === 'BTC' && side === 'sell' ? 9e6 : 0)
      const request = {
        book: book(),
        model,
        holdings: holdings(DRIFTED, 20_000_000),
        terms: ownTerms(book()),
        trigger: manual,
        leftOut: [],
        lots: [],
      }
      const [answer] = await planBooks([request], view(), {
        ...withSettings({ flowPricing: 'pooled' }),
        flowBeside: () => ({ proposedUsd, naiveUsd: () => 0, tradedUsd: () => 0 }),
      })
      if (!answer!.ok) throw new Error(answer!.error.message)
      expect(wordsOf(answer!.value)![0]).toBeCloseTo(9 + line(answer!.value, 'BTC').notionalUsd / 1e6, 1)
    })

    test('who waits for a decision of their own is in the company of all, the others are not in theirs', async () => {
      const values = [10_000_000, 10_000_000, 60_000_000]
      const requests = values.map((valueUsd, b) => ({
        book: { ...book(), id: `book-${b}` },
        model,
        holdings: holdings(DRIFTED, valueUsd),
        terms: ownTerms(book()),
        trigger: manual,
        leftOut: [],
        lots: [],
      }))
      const answers = await planBooks(
        requests,
        view(),
        withSettings({ flowPricing: 'pooled', participationWarning: 0.01 }),
      )
      const [small, , giant] = answers.map((answer) => {
        if (!answer.ok) throw new Error(answer.error.message)
        return answer.value
      })
      expect([small!.cleanliness, giant!.cleanliness]).toEqual(['clean', 'warning'])
      const soldUsd = (proposal: Proposal): number => line(proposal, 'BTC').notionalUsd
      expect(wordsOf(giant!)![0]).toBeCloseTo((2 * soldUsd(small!) + soldUsd(giant!)) / 1e6, 1)
      expect(wordsOf(small!)![0]).toBeCloseTo((2 * soldUsd(small!)) / 1e6, 2)
    })
  })

  test('a clean proposal does not pay for one that waits for a tick of its own; that one goes after it', async () => {
    const requestOf = (id: string, valueUsd: number) => ({
      book: { ...book(), id },
      model,
      holdings: holdings(DRIFTED, valueUsd),
      terms: ownTerms(book()),
      trigger: manual,
      leftOut: [],
      lots: [],
    })
    const plan = async (participationWarning: number, ...values: readonly number[]): Promise<readonly Proposal[]> => {
      const requests = values.map((valueUsd, b) => requestOf(`book-${b}`, valueUsd))
      const answers = await planBooks(requests, view(), withSettings({ participationWarning }))
      return answers.map((answer) => {
        if (!answer.ok) throw new Error(answer.error.message)
        return answer.value
      })
    }
    const rate = (proposal: Proposal): number => {
      const { cost, notionalUsd } = line(proposal, 'BTC')
      return cost.impactUsd / notionalUsd ** 1.5
    }
    const [[own], [small, giant], [among]] = [
      await plan(0.01, 100_000),
      await plan(0.01, 100_000, 40_000_000),
      await plan(1, 100_000, 40_000_000),
    ]
    expect([small!.cleanliness, giant!.cleanliness, among!.cleanliness]).toEqual(['clean', 'warning', 'clean'])
    expect(rate(small!) / rate(own!)).toBeCloseTo(1, 6)
    expect(rate(among!) / rate(own!)).toBeGreaterThan(10)
    expect(rate(giant!)).toBeGreaterThan(rate(own!))
  })

  test.each(['alone', 'pooled', 'firm'] as const)('%s: every book ends inside its bands', async (flowPricing) => {
    for (const { lines } of await planMany({ flowPricing }))
      for (const entry of lines) {
        expect(entry.after).toBeGreaterThanOrEqual(entry.low)
        expect(entry.after).toBeLessThanOrEqual(entry.high)
      }
  })

  test('a trade rate trades less, and cures all the same', async () => {
    const [whole, slow] = [await planMany({}, 1e5, 2, 40), await planMany({ tradeRate: 0.3 }, 1e5, 2, 40)]
    expect(slow[0]!.turnover).toBeLessThan(0.9 * whole[0]!.turnover)
    expect(costOf(slow)).toBeLessThan(costOf(whole))
    for (const entry of slow[0]!.lines) {
      expect(entry.after).toBeGreaterThanOrEqual(entry.low)
      expect(entry.after).toBeLessThanOrEqual(entry.high)
    }
  })

  test.each([0.3, 0.5])(
    'a trade rate of %d says what it leaves: the whole way less what is gone',
    async (tradeRate) => {
      const [whole, slow] = [await planMany({}, 1e5, 2, 40), await planMany({ tradeRate }, 1e5, 2, 40)]
      expect(whole[0]!.wayLeft).toBeUndefined()
      expect(slow[0]!.wayLeft!.since).toBe(view().marketTime)
      expect(slow[0]!.turnover + slow[0]!.wayLeft!.turnover).toBeCloseTo(whole[0]!.turnover, 2)
      expect(slow[0]!.wayLeft!.turnover).toBeGreaterThan(0.01)
    },
  )

  describe('a part of a way that would be too small to be traded', () => {
    const planned = async (over: Partial<PlanningSettings>) => {
      const near = { BTC: 0.51, ETH: 0.25, SOL: 0.1, LINK: 0.05, CASH: 0.09 }
      const request = {
        book: book(),
        model,
        holdings: holdings(near),
        terms: { ...ownTerms(book()), riskAversion: 20 },
        trigger: manual,
        leftOut: [],
        lots: [],
      }
      const [answer] = await planBooks([request], view(), withSettings(over))
      return answer!
    }
    const sold = (answer: Awaited<ReturnType<typeof planned>>): number => {
      if (!answer.ok) throw new Error(answer.error.message)
      return answer.value.sellUsd / answer.value.valueUsd
    }

    test('is the smallest that may be', async () => {
      const whole = sold(await planned({}))
      const slow = await planned({ tradeRate: 0.3 })
      expect(sold(slow) / whole).toBeCloseTo(0.3, 2)
      const raised = await planned({ tradeRate: 0.3, minimumTradeWeight: 0.8 * whole })
      expect(sold(raised)).toBeGreaterThanOrEqual(0.8 * whole)
      expect(sold(raised)).toBeLessThan(0.81 * whole)
      // and what it leaves is too small for another
      expect(raised.ok && raised.value.wayLeft).toBeUndefined()
    })

    test('where the whole way is too small, nothing is traded', async () => {
      expect(await planned({ tradeRate: 0.3, minimumTradeWeight: 0.02 })).toMatchObject({
        ok: false,
        error: { code: 'below-minimum' },
      })
    })
  })

  test('shadow costs decide, real ones are told', async () => {
    const [plain, shaped] = [await planMany({}), await planMany({ costShape: 'shadow' })]
    expect(shaped[0]!.lines.map(({ quantity }) => quantity)).not.toEqual(
      plain[0]!.lines.map(({ quantity }) => quantity),
    )
    const rate = (proposal: Proposal): number => proposal.cost.feeUsd / (proposal.buyUsd + proposal.sellUsd)
    expect(rate(shaped[0]!) / rate(plain[0]!)).toBeCloseTo(1, 1)
  })

  test('where the threads do not answer, that is the reason', async () => {
    const silent = { ...deps, solveFirm: async () => null }
    const request = {
      book: book(),
      model,
      holdings: holdings(DRIFTED),
      terms: ownTerms(book()),
      trigger: manual,
      leftOut: [],
      lots: [],
    }
    expect(await planBooks([request], view(), silent)).toMatchObject([
      { ok: false, error: { code: 'optimizer-failed', message: 'not-converged: the optimiser did not answer' } },
    ])
  })
})
