import { fromFloat } from '../../core/amount.ts'
import type { ClientBookId } from '../../core/client-book.ts'
import { systemClock } from '../../core/clock.ts'
import type { DeskApi } from '../../core/contracts/desk-api.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import { type MarketKey, VENUES } from '../../core/instruments.ts'
import { createRandom } from '../../core/random.ts'
import { unwrap } from '../../core/result.ts'
import { bps } from '../../core/units.ts'
import { AlertBoard } from '../../electron/desk/alerts.ts'
import { DayFlow } from '../../electron/desk/day-flow.ts'
import { DecisionLedger } from '../../electron/desk/decision-ledger.ts'
import { Desk } from '../../electron/desk/desk.ts'
import { DriftWatch } from '../../electron/desk/drift-watch.ts'
import { startEngines } from '../../electron/desk/engines.ts'
import { HistoryKeeper } from '../../electron/desk/history-keeper.ts'
import { createIds } from '../../electron/desk/ids.ts'
import { MarketWatch } from '../../electron/desk/market-watch.ts'
import { RecentDurations } from '../../electron/desk/percentile.ts'
import { ProposalBook } from '../../electron/desk/proposal-book.ts'
import { Publisher } from '../../electron/desk/publisher.ts'
import { RiskWatch } from '../../electron/desk/risk-watch.ts'
import { RuleBook, withRules } from '../../electron/desk/rule-book.ts'
import type { StartedDesk } from '../../electron/desk/start-desk.ts'
import { World } from '../../electron/desk/world.ts'
import { createExecutor } from '../../electron/execution/executor.ts'
import { type Firm, firmFacts, loadFirm } from '../../electron/firm/firm.ts'
import { openMarketData } from '../../electron/market/market-data.ts'
import { DEFAULT_PLANNING } from '../../electron/proposals/settings.ts'
import { startHistoryReader } from '../../electron/store/history-reader.ts'
import { openStore } from '../../electron/store/open-store.ts'
import { loadMarkets, marketNow, QuietVenue } from './market.ts'

const WORKERS = `${import.meta.dirname}/../../workers`
const MIGRATIONS = `${import.meta.dirname}/../../electron/store/migrations`
const FACTS_AT_ONCE = 2_000

type BookListener = (bookIds: ReadonlySet<ClientBookId>) => void

export interface LoadedDesk {
  readonly started: StartedDesk
  /** The order book of this market goes to where the mid of its asset is. */
  tick(market: MarketKey): void
  /** Called with the books of every news, as the desk is told. */
  onNews(listener: BookListener): void
  /** Called with the books of every planning of news, when it is done. */
  onPlanned(listener: BookListener): void
}

/** The desk's own watch; who listens is told what the desk is told, at the same moment. */
class ObservedWatch extends DriftWatch {
  listener: BookListener = () => {}

  override watch(...[onNews, ...rest]: Parameters<DriftWatch['watch']>): Promise<void> {
    return super.watch(
      (news, report) => {
        this.listener(new Set([...news.breached, ...news.cured].map(({ bookId }) => bookId)))
        onNews(news, report)
      },
      ...rest,
    )
  }
}
class ObservedDesk extends Desk {
  listener: BookListener = () => {}

  override async planNews(bookIds: ReadonlySet<ClientBookId>): ReturnType<Desk['planNews']> {
    const made = await super.planNews(bookIds)
    this.listener(bookIds)
    return made
  }
}

/** The store of a data folder, with the firm in it as an import leaves it where the folder is new. */
export function openFirm(folder: string, makeFirm: () => Firm): DeskStore {
  const store = unwrap(
    openStore({ folder, clock: systemClock, epochSource: () => 'load', firm: { name: 'Load', zone: 'UTC' } }),
  )
  if (store.clientBooks().length > 0) return store
  const facts = firmFacts(makeFirm())
  for (let from = 0; from < facts.length; from += FACTS_AT_ONCE)
    loadFirm(store, facts.slice(from, from + FACTS_AT_ONCE))
  return store
}

/**
 * The desk as start-desk.ts puts it together, on venues without a network and without accounts: prices, costs, risk,
 * drift, planning, store and screens are the real ones; nothing can be sent.
 */
export async function assembleDesk(folder: string, store: DeskStore, mids: Map<string, number>): Promise<LoadedDesk> {
  const log = (line: string): void => console.error(line)
  const clock = systemClock
  const assets = [...mids.keys()].filter((asset) => asset !== 'USD' && asset !== 'USDT')
  const venues = VENUES.map((venue) => new QuietVenue(venue, mids))
  const connections = venues.map((venue) => venue.connection(createRandom(7)))
  const world = new World(store)
  world.setMarkets(loadMarkets(assets))
  const data = openMarketData({ connections, markets: world.markets, clock })
  unwrap(await data.awaitLive(15_000))
  const alerts = new AlertBoard(clock)
  const records = startHistoryReader({
    folder,
    migrationsDir: MIGRATIONS,
    workersDir: WORKERS,
    onFailure: ({ message }) => log(message),
    onRecovered: () => {},
  })
  const engines = startEngines(WORKERS, 1, (name, why) => log(`${name}: ${why}`))
  const rules = new RuleBook({ store, clock, marketNow, shipped: DEFAULT_PLANNING })
  const risk = new RiskWatch({ world, connections, engine: engines.risk.remote, rules, log, onMissing: () => {} })
  const settings = withRules(DEFAULT_PLANNING, rules)
  const market = new MarketWatch({
    data,
    world,
    risk,
    microstructure: engines.microstructure.remote,
    wireClock: clock,
    marketNow,
    averageOnMarketTime: false,
    maximumAgeMs: 20_000,
    down: [],
  })
  market.prices()
  await risk.refresh(marketNow())
  await market.refreshCosts()
  const executor = createExecutor({
    store,
    accounts: () => undefined,
    orderBook: (key) => data.orderBook(key),
    market: (venue, base) => world.marketOn(venue, base),
    assetPriceUsd: (asset) => {
      const price = market.priceOf(asset)
      return price === undefined ? undefined : fromFloat(price)
    },
    clock,
    settleOrderBooks: async () => {},
    log: { info: log, warn: log, error: log },
  })
  const drift = new ObservedWatch(engines.drift.remote, world, settings.dustWeight)
  unwrap(await drift.load(market.multiplier(), market.prices()))
  const desk = new ObservedDesk({
    firmName: 'Load',
    store,
    world,
    proposals: new ProposalBook(store, clock),
    decisions: new DecisionLedger(store),
    market,
    drift,
    executor,
    history: new HistoryKeeper(),
    alerts,
    durations: new RecentDurations(),
    clock,
    ids: createIds(store.journalLength()),
    settings,
    maximumSlippageBps: bps(100),
    solve: engines.solve,
    relax: engines.relax,
    solveFirm: engines.solveFirm,
    dayFlow: new DayFlow(),
    rules,
    records,
  })
  for (const book of world.books) desk.parts.history.setHoldings(marketNow(), book.id, world.holdingsOf(book.id))
  const publisher = new Publisher(desk)
  const started: StartedDesk = {
    desk,
    publisher,
    api: {} as DeskApi,
    data,
    risk,
    market,
    loadHistory: async () => {},
    close: async () => {
      await engines.stop()
      await records.stop()
      await data.close()
      store.close()
    },
  }
  return {
    started,
    tick: (market) => venues.find(({ venue }) => market.startsWith(venue))!.tick(market),
    onNews: (listener) => {
      drift.listener = listener
    },
    onPlanned: (listener) => {
      desk.listener = listener
    },
  }
}
