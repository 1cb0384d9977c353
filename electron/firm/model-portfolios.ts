import { z } from 'zod'
import { CASH } from '../../core/instruments.ts'
import type { ModelPortfolio } from '../../core/model-portfolio.ts'
import stored from '../../resources/model-portfolios.json' with { type: 'json' }

const fraction = z.number().min(0).max(1)
const band = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('absolute'), halfWidth: fraction }),
  z.strictObject({ kind: z.literal('relative'), ofTarget: fraction }),
  z.strictObject({ kind: z.literal('hybrid'), ofTarget: fraction, floor: fraction }),
])
const model = z
  .strictObject({
    id: z.string().min(1),
    name: z.string().min(1),
    version: z.int().min(1),
    lines: z.array(
      z.strictObject({ asset: z.string().min(1), target: fraction, band, keptShare: fraction.optional() }),
    ),
    groupCaps: z.array(
      z.strictObject({
        name: z.string(),
        assets: z.array(z.string()).min(1),
        maximum: fraction,
        minimum: fraction.optional(),
      }),
    ),
    keptShare: fraction.optional(),
  })
  .check(({ value, issues }) => {
    const assets = new Set(value.lines.map((line) => line.asset))
    const total = value.lines.reduce((sum, line) => sum + line.target, 0)
    const problem = (message: string): void => void issues.push({ code: 'custom', message, input: value.id })
    if (Math.abs(total - 1) > 1e-9) problem(`targets of ${value.id} sum to ${total}, they must sum to 1`)
    if (assets.size < value.lines.length) problem(`${value.id} names an asset twice`)
    if (!assets.has(CASH)) problem(`${value.id} has no line ${CASH}`)
    for (const cap of value.groupCaps) {
      const inGroup = value.lines.filter((line) => cap.assets.includes(line.asset))
      const target = inGroup.reduce((sum, line) => sum + line.target, 0)
      if (inGroup.length < cap.assets.length) problem(`"${cap.name}" of ${value.id} caps an asset that is no line`)
      if (target > cap.maximum) problem(`targets in "${cap.name}" of ${value.id} sum to ${target}, over its cap`)
      const { minimum } = cap
      if (minimum === undefined) continue
      if (minimum > cap.maximum)
        problem(`"${cap.name}" of ${value.id} has a minimum of ${minimum}, above its maximum of ${cap.maximum}`)
      // a book at its targets would be refused
      else if (target < minimum - 1e-9)
        problem(`targets in "${cap.name}" of ${value.id} sum to ${target}, which can't reach its minimum of ${minimum}`)
    }
  })
const file = z.strictObject({ models: z.array(model).min(1) })

/** Checks model portfolios as a file states them; throws with every problem. */
export const readModelPortfolios = (content: unknown): readonly ModelPortfolio[] => file.parse(content).models

/** The model portfolios that ship with the program. */
export const standardModels = (): readonly ModelPortfolio[] => readModelPortfolios(stored)
