import type { ClientBook } from './client-book.ts'
import { type AssetId, CASH } from './instruments.ts'
import type { ModelPortfolio } from './model-portfolio.ts'
import type { Millis } from './units.ts'

/**
 * The part of its target that no line is sold below unless someone says otherwise. Correlated assets hedge one another,
 * and the cheapest hedge of one client's excess may be to sell another of their assets to nothing; a client who was
 * promised that asset must not find it gone.
 */
export const STANDARD_KEPT_SHARE = 0.5

/** Who says it, the narrowest first. */
export type KeptBy = 'flag' | 'client-book' | 'model-line' | 'model' | 'standard'

export interface KeptRule {
  /** Of the target, from 0 (may be sold whole) to 1. */
  readonly share: number
  readonly by: KeptBy
}

/**
 * What holds for one line: what the client book says of the asset, else the book, else the model of the asset, else the
 * model. Of an asset without a target, and of cash, nothing is kept.
 */
export function keptRule(
  asset: AssetId,
  model: Pick<ModelPortfolio, 'lines' | 'keptShare'>,
  book: Pick<ClientBook, 'restrictions' | 'keptShare'>,
  now: Millis,
): KeptRule {
  if (asset === CASH) return { share: 0, by: 'standard' }
  const own = book.restrictions.findLast(
    (each) => each.kind === 'keep' && each.asset === asset && (each.until === undefined || each.until > now),
  )
  if (own?.kind === 'keep') return { share: own.share, by: 'flag' }
  if (book.keptShare !== undefined) return { share: book.keptShare, by: 'client-book' }
  const line = model.lines.find((each) => each.asset === asset)
  if (line?.keptShare !== undefined) return { share: line.keptShare, by: 'model-line' }
  if (model.keptShare !== undefined) return { share: model.keptShare, by: 'model' }
  return { share: STANDARD_KEPT_SHARE, by: 'standard' }
}

/** Its number alone. */
export const keptShare = (...of: Parameters<typeof keptRule>): number => keptRule(...of).share
