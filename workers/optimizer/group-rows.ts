import type { GroupLimit, RebalanceProblem } from './problem.ts'
import type { Multipliers } from './solution.ts'

/**
 * Group caps, then group floors as caps on everything outside: with Σx = 1, Σ_{members} x ≥ floor is
 * Σ_{others} x ≤ 1 − floor. So the methods know one kind of row.
 */
export function groupRows({ groupCaps, groupFloors, current }: RebalanceProblem): readonly GroupLimit[] {
  if (groupFloors.length === 0) return groupCaps
  return [
    ...groupCaps,
    ...groupFloors.map(({ members, floor }) => {
      const inside = new Set(members)
      return { members: Array.from(current.keys()).filter((i) => !inside.has(i)), cap: 1 - floor }
    }),
  ]
}

/** Prices of the rows that the methods see. */
export interface RowPrices {
  readonly budget: number
  /** Per group row. */
  readonly groups: Float64Array
  readonly turnover: number
}

/** A floor's price on its members is the price on everything else, less the same on all. */
export function toMultipliers(problem: RebalanceProblem, { budget, groups, turnover }: RowPrices): Multipliers {
  const caps = problem.groupCaps.length
  const floors = groups.slice(caps)
  return {
    budget: floors.reduce((sum, price) => sum + price, budget),
    groups: groups.slice(0, caps),
    floors,
    turnover,
    reserve: 0,
  }
}

export function toRowPrices({ budget, groups, floors, turnover }: Multipliers): RowPrices {
  if (floors.length === 0) return { budget, groups, turnover }
  return {
    budget: floors.reduce((sum, price) => sum - price, budget),
    groups: Float64Array.of(...groups, ...floors),
    turnover,
  }
}
