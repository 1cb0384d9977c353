import { expect, test } from 'vitest'
import type { Proposal } from '../../../core/proposal.ts'
import { wholeWhyOf, whyOf } from './proposal-words.ts'

const proposal = (weighing?: Proposal['weighing']): Proposal =>
  ({
    automatic: false,
    trigger: { kind: 'band-breach', assets: ['BTC', 'SOL'] },
    wayLeft: { turnover: 0.012, since: 0 },
    ...(weighing === undefined ? {} : { weighing }),
  }) as unknown as Proposal

test('the column says why a proposal was made and what it leaves, the hint also with what weight risk was given', () => {
  const weighed = proposal({ withinTerms: 1, inCompany: 1.2, keptAlone: false })
  expect(whyOf(weighed)).toMatch(/^BTC, SOL out of band; 1\.20? % of the book left for later days$/)
  expect(wholeWhyOf(weighed)).toBe(
    `${whyOf(weighed)}; tracking risk weighs × 1.20 to keep tracking error at the firm's prices`,
  )
  expect(wholeWhyOf(proposal())).toBe(whyOf(proposal()))
})
