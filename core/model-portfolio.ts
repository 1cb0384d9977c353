import type { AssetId } from './instruments.ts'

/** Half-width of a tolerance band: absolute in weight points, relative to the target, or the larger of both (hybrid). */
export type BandRule =
  | { readonly kind: 'absolute'; readonly halfWidth: number }
  | { readonly kind: 'relative'; readonly ofTarget: number }
  | { readonly kind: 'hybrid'; readonly ofTarget: number; readonly floor: number }

export interface ModelLine {
  /** An asset, or CASH for all settlement currencies together. */
  readonly asset: AssetId
  readonly target: number
  readonly band: BandRule
  /** Part of this line's target that it is not sold below; without it the model's holds. */
  readonly keptShare?: number | undefined
}

export interface GroupCap {
  readonly name: string
  readonly assets: readonly AssetId[]
  readonly maximum: number
  /** Together they weigh at least this; left out: no least weight. */
  readonly minimum?: number | undefined
}

/** A named set of target weights and bands; the targets sum to 1. */
export interface ModelPortfolio {
  readonly id: string
  readonly name: string
  readonly version: number
  readonly lines: readonly ModelLine[]
  readonly groupCaps: readonly GroupCap[]
  /** Part of its target that no line is sold below; without it STANDARD_KEPT_SHARE. */
  readonly keptShare?: number | undefined
}
