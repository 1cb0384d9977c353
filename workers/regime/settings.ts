/** Classes of volatility, in rising order. */
export const REGIME_CLASSES = ['calm', 'normal', 'stressed', 'crisis'] as const
export type RegimeClass = (typeof REGIME_CLASSES)[number]

/** Upper ends of calm, normal and stressed. */
export type ClassEnds = readonly [calm: number, normal: number, stressed: number]

export interface RegimeSettings {
  /** Half-lives of the two volatility averages, in days. */
  readonly fastHalfLifeDays: number
  readonly slowHalfLifeDays: number
  /** Volatility before there are this many days of returns: the prior, with class normal. */
  readonly minimumHistoryDays: number
  readonly priorVolatility: number
  /** Past volatilities that thresholds are taken from, in days. */
  readonly windowDays: number
  /** Days of history after which thresholds rest on it alone; before, they are mixed with multiples of the median. */
  readonly trustHistoryDays: number
  /** Shares of past volatilities (slow for calm, fast for the others) below the upper end of each class. */
  readonly quantiles: ClassEnds
  /** In their place while there is little history: multiples of the median volatility so far. */
  readonly medianMultiples: ClassEnds
  /** Crisis begins no lower than this multiple of the volatility at which stressed does. */
  readonly crisisOverStressed: number
  /** Guards, volatilities per year: a threshold taken from history is kept inside [least, most]. */
  readonly least: ClassEnds
  readonly most: ClassEnds
  /** A class is left once volatility is this fraction beyond the threshold it came in by. */
  readonly hysteresis: number
  /** Days a class is kept before anything but a louder class may follow. */
  readonly minimumDwellDays: number
  /** A fall of more than this many standard deviations (of the fast average before it) is a shock. */
  readonly shockDeviations: number
  /** A fall of more than this many ends the premium that follows a loud class (below). */
  readonly severeDeviations: number
  /** Days from a shock on during which the thresholds of the loud classes stand this fraction lower. */
  readonly shockDays: number
  readonly shockDiscount: number
  /** After a loud class ends its thresholds stand this fraction higher, falling back over this many days. */
  readonly relapsePremium: number
  readonly relapseDays: number
  /** Changes of class in 365 days before ordinary ones wait; a crisis and the end of a storm never do. */
  readonly usualChangesPerYear: number
  /** Prices nearer than this to the last one used are passed over: thresholds are about daily returns. */
  readonly shortestReturnDays: number
  /** Returns over more than this many days tell nothing about volatility and are left out. */
  readonly longestReturnDays: number
  /** Factor on the half-widths of tolerance bands, per class. */
  readonly multipliers: Readonly<Record<RegimeClass, number>>
  /** A change of the factor takes this long, so that not all books breach at once. */
  readonly phaseInHours: number
}

export const DEFAULT_REGIME_SETTINGS: RegimeSettings = {
  fastHalfLifeDays: 5,
  slowHalfLifeDays: 40,
  minimumHistoryDays: 30,
  priorVolatility: 0.8,
  windowDays: 730,
  trustHistoryDays: 365,
  quantiles: [0.3, 0.9, 0.98],
  medianMultiples: [0.7, 1.35, 2],
  crisisOverStressed: 1.4,
  least: [0.1, 0.5, 0.8],
  most: [0.8, 1.8, 2.8],
  hysteresis: 0.2,
  minimumDwellDays: 30,
  shockDeviations: 3,
  severeDeviations: 4.5,
  shockDays: 3,
  shockDiscount: 0.35,
  relapsePremium: 0.8,
  relapseDays: 120,
  usualChangesPerYear: 9,
  shortestReturnDays: 0.99,
  longestReturnDays: 7,
  multipliers: { calm: 0.85, normal: 1, stressed: 1.15, crisis: 1.3 },
  phaseInHours: 24,
}
