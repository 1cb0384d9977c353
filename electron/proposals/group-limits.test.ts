import { describe, expect, test } from 'vitest'
import type { Restriction } from '../../core/client-book.ts'
import { CASH } from '../../core/instruments.ts'
import type { GroupCap, ModelPortfolio } from '../../core/model-portfolio.ts'
import { holdings, line, model, plan, planned } from './test-support/planning-bench.ts'

const withGroups = (...groupCaps: GroupCap[]): ModelPortfolio => ({ ...model, groupCaps })
const small = (minimum: number, maximum = 0.3): GroupCap => ({
  name: 'small',
  assets: ['SOL', 'LINK'],
  maximum,
  minimum,
})
/** SOL and LINK at 12.6 % together, each inside its band. */
const HELD = { BTC: 0.53, ETH: 0.24, SOL: 0.084, LINK: 0.042, [CASH]: 0.104 }
const noBuy = (asset: string): Restriction => ({ kind: 'no-buy', asset, reason: 'statutes' })

describe('a least weight of a group', () => {
  test('is bought up to, and no further than it must', async () => {
    const together = async (minimum: number): Promise<number> => {
      const proposal = await planned(holdings(HELD), { model: withGroups(small(minimum)) })
      expect(proposal.cleanliness).toBe('clean')
      return line(proposal, 'SOL').after + line(proposal, 'LINK').after
    }
    // costs are paid from cash, so that weights after them are a hair more; whole steps are a hair less
    expect(await together(0.16)).toBeCloseTo(0.16, 4)
    expect(await together(0.165)).toBeCloseTo(0.165, 4)
  })

  test('that the book has already changes nothing', async () => {
    const trades = async (groups: GroupCap[]) =>
      (await planned(holdings(HELD), { model: withGroups(...groups) })).lines.map(({ quantity }) => quantity)
    expect(await trades([small(0.01)])).toEqual(await trades([]))
  })

  test('beyond its bands: they give way by what is missing, with the group and its minimum in words', async () => {
    // 12 % and 6 % are the upper edges
    const proposal = await planned(holdings(HELD), { model: withGroups(small(0.19)) })
    expect(proposal.cleanliness).toBe('warning')
    const gaveWay = proposal.remarks.filter((remark) => remark.includes('band relaxed by'))
    expect(
      gaveWay.every((text) => text.endsWith(": the minimum of small (19.00 %) can't be reached, by 1.00 pp")),
    ).toBe(true)
    expect(line(proposal, 'SOL').after + line(proposal, 'LINK').after).toBeGreaterThan(0.1899)
  })

  test('that restrictions forbid: no proposal, and which', async () => {
    const answer = await plan(holdings(HELD), {
      model: withGroups(small(0.19)),
      restrictions: [noBuy('SOL'), noBuy('LINK')],
    })
    expect(answer).toMatchObject({
      ok: false,
      error: {
        code: 'infeasible',
        message: expect.stringMatching(
          /the minimum of small \(19.00 %\) can't be reached, by 6\.4\d pp \(SOL no buy: statutes; LINK no buy: statutes\)$/,
        ),
      },
    })
  })

  test('against the cap of another group: both are named', async () => {
    const answer = await plan(holdings(HELD), {
      model: withGroups(small(0.25), { name: 'not BTC', assets: ['ETH', 'SOL', 'LINK'], maximum: 0.3 }),
      restrictions: [{ kind: 'no-sell', asset: 'ETH', reason: 'pledged' }],
    })
    expect(answer).toMatchObject({ ok: false, error: { code: 'infeasible' } })
    if (answer.ok) return
    expect(answer.error.message).toContain('the cap of not BTC (30.00 %)')
  })
})
