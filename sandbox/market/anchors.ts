import { hash32 } from '../../core/random.ts'
import { type AssetProfile, CRYPTO, PEGGED } from './assets.ts'
import { normalAt, uniformAt } from './noise.ts'
import type { PriceFile } from './price-file.ts'
import { VolatilitySpells } from './volatility-spells.ts'

/** Hours of generated history before the market starts: 420 days, so that 400 daily bars are always there. */
export const HISTORY_HOURS = 420 * 24
/** A generated market's clock starts here: a Monday. */
export const GENERATED_START_HOUR = Date.UTC(2025, 0, 6) / 3_600_000

const HOURS_PER_YEAR = 365 * 24

/**
 * The price at every full hour, one logarithm per asset: from the price file where it has a value, else generated
 * from the seed so that it joins continuously (backwards before the first value, forwards after the last, linear in
 * between). A row of the file is the close of the bar that opens at its time, so it anchors the hour after it.
 */
export class HourlyAnchors {
  readonly startHour: number
  readonly firstHour: number
  readonly assets: readonly AssetProfile[]
  readonly #seed: number
  readonly #spells: VolatilitySpells
  readonly #columns = new Map<string, { readonly profile: AssetProfile; readonly values: number[] }>()
  readonly #flat: ReadonlySet<string>

  constructor(seed: number, file: PriceFile | null) {
    this.#seed = seed
    this.startHour = file ? file.hours[0]! : GENERATED_START_HOUR
    this.firstHour = this.startHour - HISTORY_HOURS
    this.#spells = new VolatilitySpells(seed, this.firstHour)
    // The dollar price of Binance's quote is always needed; without a column for it, a dollar is what the file means.
    this.#flat = new Set(file && !file.closes.has('USDT') ? ['USDT'] : [])
    this.assets = [...CRYPTO, ...PEGGED].filter(
      (profile) => profile.asset !== 'USDC' || !file || file.closes.has('USDC'),
    )
    for (const profile of this.assets) {
      const values = file ? this.#fromFile(profile, file) : this.#generated(profile)
      this.#columns.set(profile.asset, { profile, values })
    }
  }

  /** Natural logarithm of the dollar price at a full hour (integer, since 1970). */
  logPrice(asset: string, hour: number): number {
    const column = this.#columns.get(asset)
    if (!column) throw new Error(`no prices of ${asset}`)
    const { profile, values } = column
    const index = hour - this.firstHour
    if (index < 0) return values[0]!
    while (values.length <= index) values.push(this.#next(profile, values.at(-1)!, this.firstHour + values.length))
    return values[index]!
  }

  #generated(profile: AssetProfile): number[] {
    const path = [0]
    for (let hour = this.firstHour + 1; hour <= this.startHour; hour++)
      path.push(this.#next(profile, path.at(-1)!, hour))
    const shift = Math.log(profile.price) - path.at(-1)!
    return profile.beta === 0 ? path : path.map((value) => value + shift)
  }

  #fromFile(profile: AssetProfile, file: PriceFile): number[] {
    const closes = file.closes.get(profile.asset)
    if (!closes) return this.#generated(profile)
    const known: { hour: number; value: number }[] = []
    closes.forEach((price, i) => {
      if (!Number.isNaN(price)) known.push({ hour: file.hours[i]! + 1, value: Math.log(price) })
    })
    const before: number[] = [known[0]!.value]
    for (let hour = known[0]!.hour; hour > this.firstHour; hour--) {
      before.push(this.#next(profile, before.at(-1)!, hour))
    }
    const column = before.reverse()
    for (let i = 1; i < known.length; i++) {
      const from = known[i - 1]!
      const to = known[i]!
      for (let hour = from.hour + 1; hour <= to.hour; hour++) {
        column.push(from.value + ((to.value - from.value) * (hour - from.hour)) / (to.hour - from.hour))
      }
    }
    return column
  }

  /** One generated hour: pegged assets revert to 1; others follow a common factor, their own noise and jumps. */
  #next(profile: AssetProfile, value: number, hour: number): number {
    if (this.#flat.has(profile.asset)) return 0
    const own = hash32(profile.asset)
    const hourly = profile.volatility / Math.sqrt(HOURS_PER_YEAR)
    if (profile.beta === 0) return value * 0.98 + hourly * normalAt(this.#seed, own, hour)
    const regime = this.#spells.factor(hour)
    const factor =
      (0.5 / Math.sqrt(HOURS_PER_YEAR)) * normalAt(this.#seed, 1, hour) + jump(this.#seed, 2, hour, 0.0008, 0.035)
    const ownVolatility = Math.sqrt(Math.max(profile.volatility ** 2 - (profile.beta * 0.5) ** 2, 0.04))
    const ownStep = (ownVolatility / Math.sqrt(HOURS_PER_YEAR)) * normalAt(this.#seed, own, hour)
    return value + regime * (profile.beta * factor + ownStep) + jump(this.#seed, own ^ 3, hour, 0.0006, 0.05)
  }
}

function jump(seed: number, channel: number, hour: number, chance: number, size: number): number {
  return uniformAt(seed, channel ^ 0x55555555, hour) < chance ? size * normalAt(seed, channel ^ 0x33333333, hour) : 0
}
