import type { GroupCap, ModelPortfolio } from '../../core/model-portfolio.ts'
import type { Infeasibility, RebalanceProblem } from '../../workers/optimizer/index.ts'
import type { BookPosition } from './book-position.ts'

const percent = (weight: number): string => `${(100 * weight).toFixed(2)} %`

/** Groups of a model that state a least weight too, in its order: those that the optimiser's floors stand for. */
const withMinimum = ({ groupCaps }: ModelPortfolio): readonly (GroupCap & { readonly minimum: number })[] =>
  groupCaps.flatMap((group) => (group.minimum === undefined ? [] : [{ ...group, minimum: group.minimum }]))

/** A model's groups over the lines of a position; an asset that has no line is in none. */
export function groupLimits(
  model: ModelPortfolio,
  { lines }: BookPosition,
): Pick<RebalanceProblem, 'groupCaps' | 'groupFloors'> {
  const indexOf = new Map(lines.map((line, i) => [line.asset, i]))
  const membersOf = ({ assets }: GroupCap): readonly number[] =>
    assets.map((asset) => indexOf.get(asset)).filter((i) => i !== undefined)
  return {
    groupCaps: model.groupCaps.map((group) => ({ members: membersOf(group), cap: group.maximum })),
    groupFloors: withMinimum(model).map((group) => ({ members: membersOf(group), floor: group.minimum })),
  }
}

/** "the cap of small (30.00 %)", "the minimum of large (60.00 %)", both together with "and". */
export function groupsInWords({ groups, floors }: Pick<Infeasibility, 'groups' | 'floors'>, model: ModelPortfolio) {
  const named = (limit: string, of: readonly string[]): string[] =>
    of.length === 0 ? [] : [`the ${limit}${of.length > 1 ? 's' : ''} of ${of.join(', ')}`]
  const floored = withMinimum(model)
  return [
    ...named(
      'cap',
      groups.map((g) => `${model.groupCaps[g]!.name} (${percent(model.groupCaps[g]!.maximum)})`),
    ),
    ...named(
      'minimum',
      floors.map((f) => `${floored[f]!.name} (${percent(floored[f]!.minimum)})`),
    ),
  ].join(' and ')
}
