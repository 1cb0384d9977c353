import { fromFloat } from '../../core/amount.ts'
import type { ClientBook } from '../../core/client-book.ts'
import { CASH, VENUES } from '../../core/instruments.ts'
import type { OpeningLot } from '../../core/journal.ts'
import type { ModelPortfolio } from '../../core/model-portfolio.ts'
import type { Random } from '../../core/random.ts'
import { millis } from '../../core/units.ts'
import type { Firm } from '../../electron/firm/firm.ts'
import { CANARY } from './market.ts'

const MODELS = 40
const HELD = 20
const CASH_TARGET = 0.04
/** Of the target. */
const HALF_WIDTH = 0.3
export const CANARY_BOOK = 'B-CANARY'
const ACQUIRED = millis(Date.UTC(2024, 0, 1))

/**
 * Client books over 40 model portfolios of 20 assets each, inside their bands but for about one in a hundred; one more
 * book holds half of the canary and half in cash: it is out of its band when the canary doubles.
 */
export function loadFirm(random: Random, count: number, mids: ReadonlyMap<string, number>): Firm {
  const assets = [...mids.keys()].filter((asset) => asset !== CANARY && asset !== 'USDT' && asset !== 'USD')
  const models = [...Array.from({ length: MODELS }, (_, i) => makeModel(random, i, assets)), CANARY_MODEL]
  const books: ClientBook[] = []
  const lots = new Map<string, readonly OpeningLot[]>()
  const open = (id: string, modelId: string, values: readonly (readonly [asset: string, usd: number])[]): void => {
    books.push(bookOf(id, modelId))
    lots.set(
      id,
      values.map(([asset, usd]) => {
        const venue =
          asset === 'USDT' ? 'binance' : asset === 'USD' || asset === CANARY ? 'kraken' : random.pick(VENUES)
        const quantity = fromFloat(Number((usd / (mids.get(asset) ?? 1)).toPrecision(9)))
        return { venue, asset, quantity, unitCostUsd: null, acquiredAt: ACQUIRED }
      }),
    )
  }
  for (let i = 0; i < count - 1; i++) {
    const model = models[i % MODELS]!
    const valueUsd = 10 ** random.between(5, 7)
    const strayed = random.next() < 0.01 ? random.integer(HELD) : -1
    const values = model.lines
      .filter((line) => line.asset !== CASH)
      .map(({ asset, target }, j): [string, number] => {
        const off = j === strayed ? 1.5 : 0.7 * random.between(-1, 1)
        return [asset, valueUsd * target * (1 + HALF_WIDTH * off)]
      })
    const cash = valueUsd * CASH_TARGET
    const share = random.between(0.1, 0.9)
    open(`B-${String(i).padStart(6, '0')}`, model.id, [...values, ['USD', cash * share], ['USDT', cash * (1 - share)]])
  }
  open(CANARY_BOOK, CANARY_MODEL.id, [
    [CANARY, 500_000],
    ['USD', 500_000],
  ])
  return { models, books, lots, riskProfiles: new Map() }
}

const CANARY_MODEL: ModelPortfolio = {
  id: 'M-CANARY',
  name: 'Canary',
  version: 1,
  groupCaps: [],
  lines: [
    { asset: CANARY, target: 0.5, band: { kind: 'absolute', halfWidth: 0.1 } },
    { asset: CASH, target: 0.5, band: { kind: 'absolute', halfWidth: 0.1 } },
  ],
}

function makeModel(random: Random, index: number, assets: readonly string[]): ModelPortfolio {
  const chosen = new Set<string>()
  while (chosen.size < HELD) chosen.add(random.pick(assets))
  const raw = Array.from({ length: HELD }, () => random.between(0.3, 1))
  const total = raw.reduce((sum, weight) => sum + weight, 0)
  return {
    id: `M-${String(index).padStart(2, '0')}`,
    name: `Model ${index}`,
    version: 1,
    groupCaps: [],
    lines: [
      ...[...chosen].sort().map((asset, j) => ({
        asset,
        target: ((1 - CASH_TARGET) * raw[j]!) / total,
        band: { kind: 'relative' as const, ofTarget: HALF_WIDTH },
      })),
      { asset: CASH, target: CASH_TARGET, band: { kind: 'absolute', halfWidth: 0.03 } },
    ],
  }
}

const bookOf = (id: string, modelId: string): ClientBook => ({
  id,
  clientId: `C-${id}`,
  clientName: `Client ${id}`,
  tier: 'standard',
  modelId,
  custody: { kind: 'omnibus' },
  cashReserve: 0.01,
  riskAversion: 4,
  mandate: null,
  restrictions: [],
  pausedUntil: null,
  mayCross: false,
})
