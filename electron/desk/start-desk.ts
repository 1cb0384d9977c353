import { fromFloat } from '../../core/amount.ts'
import { OMNIBUS } from '../../core/client-book.ts'
import type { Clock } from '../../core/clock.ts'
import type { DeskApi } from '../../core/contracts/desk-api.ts'
import type { VenueConnection, VenueCredentials, VenueEndpoint } from '../../core/contracts/exchange.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import type { AssetId, VenueId } from '../../core/instruments.ts'
import { type Failure, ok, type Result } from '../../core/result.ts'
import { bps, type Millis } from '../../core/units.ts'
import type { ExchangeDependencies } from '../exchanges/settings.ts'
import { createExecutor } from '../execution/executor.ts'
import type { ExecutionSettings } from '../execution/settings.ts'
import { type Firm, firmFacts, loadFirm, standardProfileFacts } from '../firm/firm.ts'
import { type LiveMarketData, openMarketData } from '../market/market-data.ts'
import { DEFAULT_MARKET_DATA_SETTINGS, LOCKSTEP_MARKET_DATA_SETTINGS } from '../market/settings.ts'
import { DEFAULT_PLANNING, type PlanningSettings } from '../proposals/settings.ts'
import { startHistoryReader } from '../store/history-reader.ts'
import { openStore } from '../store/open-store.ts'
import { AlertBoard } from './alerts.ts'
import { createDeskApi } from './api/create-desk-api.ts'
import type { SimulatedFunding } from './api/trading-api.ts'
import { DayFlow } from './day-flow.ts'
import { DecisionLedger } from './decision-ledger.ts'
import { Desk } from './desk.ts'
import { DriftWatch } from './drift-watch.ts'
import { startEngines } from './engines.ts'
import { HistoryKeeper } from './history-keeper.ts'
import { createIds } from './ids.ts'
import { MarketWatch } from './market-watch.ts'
import { adoptOldMultipliers } from './old-multipliers.ts'
import { RecentDurations } from './percentile.ts'
import { ProposalBook } from './proposal-book.ts'
import { Publisher } from './publisher.ts'
import { RiskWatch } from './risk-watch.ts'
import { RuleBook, rulesOf, withRules } from './rule-book.ts'
import { connectVenues, OpenAccounts } from './venues.ts'
import { World } from './world.ts'

export interface DeskOptions {
  readonly dataFolder: string
  readonly workersDir: string
  readonly migrationsDir: string
  readonly endpoints: readonly VenueEndpoint[]
  readonly firmName: string
  readonly advisor: string
  /** The epoch of a new data folder: random, or from the seed where a run must repeat. */
  readonly epochSource: () => string
  /** The desk's clock: expiry, cool-down, pauses, the journal's times. */
  readonly clock: Clock
  readonly wireClock: Clock
  readonly marketNow: () => Millis
  readonly exchanges: ExchangeDependencies
  readonly execution: Partial<ExecutionSettings>
  readonly planning: Partial<PlanningSettings>
  /** Lockstep: freshness is the barrier's business, not the wall clock's. */
  readonly ageless: boolean
  readonly undoMs: number
  readonly optimizerThreads: number
  /** The client books of a new data folder. */
  readonly newFirm: (
    markets: World['markets'],
    connections: readonly VenueConnection[],
  ) => Promise<Result<Firm, Failure>>
  readonly credentials: (store: DeskStore, venue: VenueId, account: string) => VenueCredentials
  readonly funding: (store: DeskStore) => Omit<SimulatedFunding, 'openAccounts'> & {
    /** Makes sure that every account exists at its venue. */
    ensure(accounts: ReturnType<World['venueAccounts']>): Promise<string | null>
  }
  /** Lets the live order books catch up with our own fills. */
  readonly settleOrderBooks: (data: LiveMarketData) => Promise<void>
  /** How long the first order books may take; what is not there then is an alert. */
  readonly firstOrderBooksMs: number
  /**
   * Told what did not come in time although the desk goes on without it: a run that is to be the same on every machine
   * is over with it.
   */
  readonly onMissing: (failure: Failure) => void
  readonly log: (line: string) => void
}

export interface StartedDesk {
  readonly desk: Desk
  readonly publisher: Publisher
  readonly api: DeskApi
  readonly data: LiveMarketData
  readonly risk: RiskWatch
  readonly market: MarketWatch
  /** Gives the history chart the hourly bars that are known. */
  loadHistory(): void
  close(): Promise<void>
}

/**
 * Puts a desk together: store → venues → firm → accounts → order books → engines → executor (which settles what was in
 * flight and reconciles) → cycle. Errors are sentences for the person who started the program; nothing is lost.
 */
export async function startDesk(options: DeskOptions): Promise<Result<StartedDesk, Failure>> {
  const { clock, wireClock, log } = options
  const opened = openStore({
    folder: options.dataFolder,
    clock,
    epochSource: options.epochSource,
    firm: { name: options.firmName, zone: 'UTC' },
    migrationsDir: options.migrationsDir,
  })
  if (!opened.ok) return opened
  const store = opened.value
  const closers: (() => Promise<void> | void)[] = [() => store.close()]
  const closeAll = async (): Promise<void> => {
    for (const close of closers.reverse()) await close()
  }
  const giveUp = async (failure: Failure): Promise<Result<never, Failure>> => {
    await closeAll()
    return { ok: false, error: failure }
  }

  const venues = await connectVenues(options.endpoints, options.exchanges)
  if (!venues.ok) return giveUp(venues.error)
  closers.push(async () => {
    for (const connection of venues.value.connections) await connection.close()
  })
  const { connections, down } = venues.value
  openRiskProfiles(store)
  if (store.clientBooks().length === 0) {
    const firm = await options.newFirm(venues.value.markets, connections)
    if (!firm.ok) return giveUp(firm.error)
    loadFirm(store, firmFacts(firm.value))
    log(`opened the sample firm: ${firm.value.books.length} client books, ${firm.value.models.length} model portfolios`)
  }
  const world = new World(store)
  const funding = options.funding(store)
  const unfunded = await funding.ensure(world.venueAccounts())
  if (unfunded !== null) return giveUp({ code: 'accounts', message: unfunded })
  const accounts = new OpenAccounts()
  const openAll = (): Promise<Result<null, Failure>> =>
    accounts.open(connections, world.venueAccounts(), (venue, account) => options.credentials(store, venue, account))
  const openedAccounts = await openAll()
  if (!openedAccounts.ok) return giveUp(openedAccounts.error)
  world.setMarkets(await accounts.withFees(venues.value.markets, OMNIBUS))

  const data = openMarketData({
    connections,
    markets: world.markets,
    clock: wireClock,
    ...(options.ageless ? { settings: LOCKSTEP_MARKET_DATA_SETTINGS } : {}),
  })
  closers.push(() => data.close())
  const alerts = new AlertBoard(clock)
  for (const { venue, why } of down)
    alerts.raise(
      `down-${venue}`,
      'critical',
      `${why}. The desk runs without it; start it again when the venue is back.`,
    )
  const records = startHistoryReader({
    folder: options.dataFolder,
    migrationsDir: options.migrationsDir,
    workersDir: options.workersDir,
    onFailure: ({ message }) => {
      log(`warning: ${message}`)
      alerts.raise('history-reader', 'warning', `what is recorded could not be read for a moment: ${message}`)
    },
    onRecovered: () => alerts.clear('history-reader'),
  })
  closers.push(() => records.stop())
  const live = await data.awaitLive(options.firstOrderBooksMs)
  if (!live.ok) {
    alerts.raise('order-books', 'warning', live.error.message)
    options.onMissing(live.error)
  }

  const engines = startEngines(options.workersDir, options.optimizerThreads, (name, why) =>
    alerts.raise(`engine-${name}`, 'critical', why),
  )
  closers.push(() => engines.stop())
  const shipped = { ...DEFAULT_PLANNING, ...options.planning }
  const adopted = adoptOldMultipliers(store, rulesOf(shipped))
  if (!adopted.ok) return giveUp(adopted.error)
  const rules = new RuleBook({ store, clock, marketNow: options.marketNow, shipped })
  const settings = withRules(shipped, rules)
  const risk = new RiskWatch({
    world,
    connections,
    engine: engines.risk.remote,
    rules,
    log,
    onMissing: options.onMissing,
  })
  const market = new MarketWatch({
    data,
    world,
    risk,
    microstructure: engines.microstructure.remote,
    wireClock,
    marketNow: options.marketNow,
    averageOnMarketTime: options.ageless,
    maximumAgeMs: options.ageless ? Number.POSITIVE_INFINITY : DEFAULT_MARKET_DATA_SETTINGS.redMs,
    down,
  })
  if (options.ageless) await engines.microstructure.remote.configure({ staleMs: Number.POSITIVE_INFINITY })
  market.prices()
  await risk.refresh(options.marketNow())
  await market.refreshCosts()
  await market.restoreLiquidity(store.setting(LIQUIDITY))
  closers.push(async () => {
    const learnt = await market.liquidity()
    if (learnt !== null) store.saveSetting(LIQUIDITY, learnt)
  })

  const executor = createExecutor({
    store,
    accounts: (venue, account) => accounts.get(venue, account),
    orderBook: (key) => data.orderBook(key),
    market: (venue, base) => world.marketOn(venue, base),
    assetPriceUsd: (asset) => exactPrice(market, asset),
    clock: wireClock,
    journalClock: clock,
    settleOrderBooks: () => options.settleOrderBooks(data),
    log: {
      info: (message) => log(message),
      warn: (message) => log(`warning: ${message}`),
      error: (message) => log(`error: ${message}`),
    },
    limits: options.execution,
  })
  closers.push(() => executor.close())
  await executor.resume()
  world.reload()

  const drift = new DriftWatch(engines.drift.remote, world, settings.dustWeight)
  const loaded = await drift.load(market.multiplier(), market.prices())
  if (!loaded.ok) return giveUp({ code: loaded.error.code, message: loaded.error.message })
  const dayFlow = new DayFlow()
  dayFlow.restore(store, clock.now(), options.marketNow())
  const history = new HistoryKeeper()
  const proposals = new ProposalBook(store, clock)
  proposals.restoreCashFlows((asset) => market.priceOf(asset))
  const desk = new Desk({
    firmName: options.firmName,
    store,
    world,
    proposals,
    decisions: new DecisionLedger(store),
    market,
    drift,
    executor,
    history,
    records,
    alerts,
    durations: new RecentDurations(),
    clock,
    ids: createIds(store.journalLength()),
    settings,
    rules,
    maximumSlippageBps: bps(MAXIMUM_SLIPPAGE_BPS),
    solve: engines.solve,
    solveFirm: engines.solveFirm,
    relax: engines.relax,
    dayFlow,
  })
  // a plan may have ended between reading the books and listening to the executor
  world.reload()
  drift.touch(world.books.map((book) => book.id))
  for (const book of world.books) history.setHoldings(options.marketNow(), book.id, world.holdingsOf(book.id))
  history.setMultiplier(options.marketNow(), market.multiplier())
  const publisher = new Publisher(desk)
  const fund: SimulatedFunding = {
    move: (request) => funding.move(request),
    fund: (deposits) => funding.fund(deposits),
    openAccounts: async () => {
      const opened = await openAll()
      return opened.ok ? null : opened.error.message
    },
  }
  const api = createDeskApi(desk, publisher, { advisor: options.advisor, undoMs: options.undoMs, funding: fund })
  const loadHistory = (): void => {
    for (const [asset, { market: own, bars }] of risk.hourlyBars())
      history.setBars(asset, bars, market.priceOf(own.quote) ?? 1)
  }
  return ok({ desk, publisher, api, data, risk, market, loadHistory, close: closeAll })
}

/** A data folder that knows no risk profiles yet begins with the standard ones. */
function openRiskProfiles(store: DeskStore): void {
  if (store.riskProfiles().length > 0) return
  store.record(standardProfileFacts(), 'desk')
}

/** Setting that keeps what the liquidity clocks have learnt. */
const LIQUIDITY = 'liquidity-clock'

/** How far beyond its arrival price a parent may trade, fees apart. */
const MAXIMUM_SLIPPAGE_BPS = 100

function exactPrice(market: MarketWatch, asset: AssetId): ReturnType<typeof fromFloat> | undefined {
  const price = market.priceOf(asset)
  return price === undefined ? undefined : fromFloat(price)
}
