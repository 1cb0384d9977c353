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

/**
 * What holds for one line, from 0 (may be sold whole) to 1: what the client book says of the asset, else the book, else
 * the model of the asset, else the model. Of an asset without a target nothing is kept.
 */
export function keptShare(
  asset: AssetId,
  model: Pick<ModelPortfolio, 'lines' | 'keptShare'>,
  book: Pick<ClientBook, 'restrictions' | 'keptShare'>,
  now: Millis,
): number {
  if (asset === CASH) return 0
  const own = book.restrictions.findLast(
    (each) => each.kind === 'keep' && each.asset === asset && (each.until === undefined || each.until > now),
  )
  if (own?.kind === 'keep') return own.share
  const line = model.lines.find((each) => each.asset === asset)
  return book.keptShare ?? line?.keptShare ?? model.keptShare ?? STANDARD_KEPT_SHARE
}
