import { describe, expect, test } from 'vitest'
import { CASH } from '../../core/instruments.ts'
import type { GroupCap, ModelPortfolio } from '../../core/model-portfolio.ts'
import { modelPortfolio } from '../store/codec/entity-schemas.ts'
import { decodeEntity, encodeEntity } from '../store/codec/payload-codec.ts'
import { readModelPortfolios } from './model-portfolios.ts'

const band = { kind: 'absolute', halfWidth: 0.05 } as const
const withGroup = (group: Partial<GroupCap>): ModelPortfolio => ({
  id: 'm',
  name: 'Test',
  version: 1,
  lines: [
    { asset: 'BTC', target: 0.5, band },
    { asset: 'ETH', target: 0.3, band },
    { asset: CASH, target: 0.2, band },
  ],
  groupCaps: [{ name: 'large', assets: ['BTC', 'ETH'], maximum: 0.9, ...group }],
})
const read = (group: Partial<GroupCap>) => readModelPortfolios({ models: [withGroup(group)] })

describe('a group with a least weight', () => {
  test('is read, and stored; one without is what it was', () => {
    for (const model of [withGroup({ minimum: 0.7 }), withGroup({})]) {
      expect(readModelPortfolios({ models: [model] })).toEqual([model])
      expect(decodeEntity(modelPortfolio, encodeEntity(modelPortfolio, model))).toEqual(model)
    }
    expect(read({ minimum: 0.8 })).toHaveLength(1)
    expect(encodeEntity(modelPortfolio, withGroup({}))).not.toContain('minimum')
  })

  test.each([
    [{ minimum: 0.95, maximum: 0.9 }, 'has a minimum of 0.95, above its maximum of 0.9'],
    [{ minimum: 0.85 }, "sum to 0.8, which can't reach its minimum of 0.85"],
    [{ minimum: -0.1 }, 'expected number to be >=0'],
  ])('%o is refused', (group, message) => {
    expect(() => read(group)).toThrow(message)
  })
})
