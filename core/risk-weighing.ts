/** What the risk aversion of a book was multiplied by in a proposal, and why. */
export interface RiskWeighing {
  /** Until the tracking error after trading is inside the limit of the risk profile. */
  readonly withinTerms: number
  /** So that the firm's mean tracking error stays what it is with every book priced alone. */
  readonly inCompany: number
  /** It trades as it would alone: the firm's company would have left it worse off, or it would have left others so. */
  readonly keptAlone: boolean
}

export const OWN_WEIGHT: RiskWeighing = { withinTerms: 1, inCompany: 1, keptAlone: false }

/** A factor nearer to 1 is not worth a word. */
const LEAST_CHANGE = 0.01

/** Null where there is nothing to say. */
export function weighingSentence({ withinTerms, inCompany, keptAlone }: RiskWeighing): string | null {
  const parts = [
    Math.abs(withinTerms - 1) < LEAST_CHANGE
      ? null
      : `tracking risk weighs × ${withinTerms.toFixed(2)} to stay inside its limit`,
    keptAlone
      ? 'trades as it would alone, so that no book is worse off for company'
      : Math.abs(inCompany - 1) < LEAST_CHANGE
        ? null
        : `tracking risk weighs × ${inCompany.toFixed(2)} to keep tracking error at the firm's prices`,
  ].filter((part) => part !== null)
  return parts.length === 0 ? null : parts.join('; ')
}
