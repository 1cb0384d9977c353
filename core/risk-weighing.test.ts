import { expect, test } from 'vitest'
import { weighingSentence } from './risk-weighing.ts'

test.each([
  [{ withinTerms: 1, inCompany: 1.004, keptAlone: false }, null],
  [
    { withinTerms: 1, inCompany: 1.125, keptAlone: false },
    "tracking risk weighs × 1.13 to keep tracking error at the firm's prices",
  ],
  [
    { withinTerms: 1, inCompany: 1.125, keptAlone: true },
    'trades as it would alone, so that no book is worse off for company',
  ],
  [
    { withinTerms: 4, inCompany: 0.9, keptAlone: false },
    "tracking risk weighs × 4.00 to stay inside its limit; tracking risk weighs × 0.90 to keep tracking error at the firm's prices",
  ],
])('what is said of %j', (weighing, said) => {
  expect(weighingSentence(weighing)).toBe(said)
})
