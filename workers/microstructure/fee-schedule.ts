import type { AssetId, FeeTier, MarketFees } from '../../core/instruments.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'

/** No venue charges, or pays, more than this fraction of traded value; what says so has its units wrong. */
const HIGHEST_FEE = 0.05
/** Rates of an account and of a tier are the same below this: venues state them in hundredths of a basis point. */
const SAME_RATE = 1e-8

/** What a venue has said about the fees of one account on one market. */
export interface FeeTerms {
  /** The account's own rates as the venue states them; null where it has not, and the table decides. */
  readonly stated: MarketFees | null
  /** The venue's table; empty where it publishes none. */
  readonly tiers: readonly FeeTier[]
  /** The account's traded value of the last 30 days; null where it is not known. */
  readonly volumeUsd: number | null
  /** Paid in an asset of the venue's own, at this much less (a fraction of the fee); null where that is off. */
  readonly discount: { readonly asset: AssetId; readonly fraction: number } | null
}

export interface AccountFees extends MarketFees {
  /** Whether the rates are the venue's own word for the account or read off its table. */
  readonly source: 'account' | 'table'
  /** Index of the account's tier in the table; null where its rates are not in it (a rate of its own) or there is none. */
  readonly tier: number | null
  /** The tier above, and what is missing to it; null on the highest, or where the tier is not known. */
  readonly next: {
    readonly fromVolumeUsd: number
    /** null where the account's volume is not known. */
    readonly missingUsd: number | null
    /** Taker fee less than now, fraction of traded value. */
    readonly takerSaving: number
  } | null
}

export type FeeFailure = Failure<'bad-fee-table' | 'no-fees'>

/**
 * The account's fees, from the venue's word first, else from its table by 30-day volume (unknown volume: the base
 * tier). A discount applies to what is paid, never to a rebate. Fees below zero are rebates.
 */
export function accountFees({ stated, tiers, volumeUsd, discount }: FeeTerms): Result<AccountFees, FeeFailure> {
  const bad = tableFault(tiers)
  if (bad !== null) return fail('bad-fee-table', bad)
  if (stated !== null && !(isFee(stated.maker) && isFee(stated.taker)))
    return fail('no-fees', `maker ${stated.maker}, taker ${stated.taker} can't be fees, the limit is ${HIGHEST_FEE}`)
  if (stated === null && tiers.length === 0) return fail('no-fees', 'the venue states neither fees nor a fee table')
  const tier = stated === null ? tierOfVolume(tiers, volumeUsd ?? 0) : tierOfRates(tiers, stated, volumeUsd)
  const rates = stated ?? tiers[tier!]!
  const factor = 1 - (discount?.fraction ?? 0)
  const paid = (fee: number): number => (fee > 0 ? fee * factor : fee)
  const above = tier === null ? undefined : tiers[tier + 1]
  return ok({
    maker: paid(rates.maker),
    taker: paid(rates.taker),
    source: stated === null ? 'table' : 'account',
    tier,
    next:
      above === undefined
        ? null
        : {
            fromVolumeUsd: above.fromVolumeUsd,
            missingUsd: volumeUsd === null ? null : Math.max(0, above.fromVolumeUsd - volumeUsd),
            takerSaving: paid(rates.taker) - paid(above.taker),
          },
  })
}

/** The highest tier whose volume is reached; the base tier below all of them. */
export function tierOfVolume(tiers: readonly FeeTier[], volumeUsd: number): number {
  let tier = 0
  while (tier + 1 < tiers.length && tiers[tier + 1]!.fromVolumeUsd <= volumeUsd) tier++
  return tier
}

/** The tier with these rates; of several alike the one that the volume reaches, else the lowest. */
function tierOfRates(tiers: readonly FeeTier[], fees: MarketFees, volumeUsd: number | null): number | null {
  const isSame = (tier: FeeTier): boolean =>
    Math.abs(tier.maker - fees.maker) < SAME_RATE && Math.abs(tier.taker - fees.taker) < SAME_RATE
  const byVolume = volumeUsd === null ? 0 : tierOfVolume(tiers, volumeUsd)
  if (tiers[byVolume] !== undefined && isSame(tiers[byVolume])) return byVolume
  const tier = tiers.findIndex(isSame)
  return tier < 0 ? null : tier
}

const isFee = (fee: number): boolean => Math.abs(fee) <= HIGHEST_FEE

function tableFault(tiers: readonly FeeTier[]): string | null {
  for (const [i, tier] of tiers.entries()) {
    const { fromVolumeUsd, maker, taker } = tier
    if (!isFee(maker) || !isFee(taker))
      return `tier ${i} has maker ${maker}, taker ${taker}; fees are fractions up to ${HIGHEST_FEE}`
    if (!(fromVolumeUsd >= 0)) return `tier ${i} begins at a volume of ${fromVolumeUsd}, it must be at least 0`
    if (i > 0 && !(fromVolumeUsd > tiers[i - 1]!.fromVolumeUsd))
      return `tier ${i} begins at ${fromVolumeUsd}, not above the ${tiers[i - 1]!.fromVolumeUsd} of the tier before it`
  }
  return null
}
