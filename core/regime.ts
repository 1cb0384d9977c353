/** Classes of the market's volatility, in rising order. */
export const REGIME_CLASSES = ['calm', 'normal', 'stressed', 'crisis'] as const
export type RegimeClass = (typeof REGIME_CLASSES)[number]

/** Factor on the half-widths of tolerance bands, per class. */
export type BandMultipliers = Readonly<Record<RegimeClass, number>>

/** As the program starts: tighten when calm, widen when stressed. What they cost is in `docs/regime-study.md`. */
export const SHIPPED_MULTIPLIERS: BandMultipliers = { calm: 0.85, normal: 1, stressed: 1.15, crisis: 1.3 }
