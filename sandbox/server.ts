import { createHash } from 'node:crypto'
import { formatAmountFixed, fromFloat } from '../core/amount.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import type { BarrierReply, SandboxAddresses, SandboxState } from '../core/contracts/sandbox-control.ts'
import { type Failure, fail, ok, type Result } from '../core/result.ts'
import { openTestAccount } from './accounts.ts'
import { binanceMarkets } from './binance/markets.ts'
import { BINANCE } from './binance/profile.ts'
import { startBinance } from './binance/server.ts'
import { startControl } from './control/control-server.ts'
import type { Changes } from './engine/changes.ts'
import type { MarketRules } from './engine/market-rules.ts'
import { FaultRegistry } from './faults/registry.ts'
import { krakenMarkets } from './kraken/markets.ts'
import { KRAKEN } from './kraken/profile.ts'
import { startKraken } from './kraken/server.ts'
import { HourlyAnchors } from './market/anchors.ts'
import { Bars } from './market/bars.ts'
import { MarketConditions } from './market/conditions.ts'
import { type PriceFile, parsePriceFile } from './market/price-file.ts'
import { PricePath } from './market/price-path.ts'
import { restore } from './state/restore.ts'
import { StateFile } from './state/state-file.ts'
import { StepLoop } from './step-loop.ts'
import { Venue, type VenueProfile } from './venue.ts'

const HOUR = 3_600_000
const TIME_RECORD_MS = 5_000

export interface SandboxOptions {
  /** 0 or absent: any free port. */
  readonly binancePort?: number
  readonly krakenPort?: number
  readonly controlPort?: number
  readonly seed?: number
  /** Text of a price file (market/price-file). Absent: a market generated from the seed. */
  readonly pricesCsv?: string
  /** Market seconds per real second when running freely. */
  readonly speed?: number
  /** The market moves only by the control endpoint's advance, and no rate limit refuses anything. */
  readonly lockstep?: boolean
  /** File that the sandbox continues from after a restart. */
  readonly stateFile?: string
  readonly clock?: Clock
  readonly log?: (message: string) => void
  /** The state file can't be written: nothing may be answered any more. Default: throws. */
  readonly onFatal?: (message: string) => void
  /** POST stop was called (after the answer left). Default: the sandbox closes itself. */
  readonly onStop?: () => void
}

export interface RunningSandbox {
  readonly addresses: SandboxAddresses
  close(): Promise<void>
}

export type SandboxError = Failure<'bad-price-file' | 'bad-state' | 'port-in-use'>

/** Starts both exchanges and the control endpoint on loopback. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Result<RunningSandbox, SandboxError>> {
  const seed = options.seed ?? 1
  const lockstep = options.lockstep ?? false
  const log = options.log ?? (() => {})
  const clock = options.clock ?? systemClock
  const wireTime = (): number => clock.now()
  const prices = readPrices(options.pricesCsv)
  if (!prices.ok) return prices

  const path = new PricePath(seed, new HourlyAnchors(seed, prices.value))
  const conditions = new MarketConditions(path)
  const assets = path.anchors.assets.map((profile) => profile.asset)
  let marketTime = path.anchors.startHour * HOUR
  let state: StateFile | null = null
  const moment = () => ({
    marketTime,
    nextTradeIds: { binance: venues.binance.exchange.nextTradeId, kraken: venues.kraken.exchange.nextTradeId },
  })
  const record = (write: (file: StateFile) => void): void => {
    if (!state) return
    try {
      write(state)
    } catch (error) {
      const message = `the state file can't be written: ${error instanceof Error ? error.message : String(error)}`
      if (!options.onFatal) throw new Error(message, { cause: error })
      options.onFatal(message)
    }
  }
  const venue = (profile: VenueProfile, markets: readonly MarketRules[]): Venue =>
    new Venue({
      profile,
      markets,
      seed,
      bars: new Bars(path, seed, profile.character.volumeShare),
      conditions,
      wireTime,
      marketTime: () => marketTime,
      committed: (changes: Changes) => record((file) => file.append(profile.name, changes, moment())),
    })
  const krakenRules = krakenMarkets(assets)
  const venues = { binance: venue(BINANCE, binanceMarkets(assets)), kraken: venue(KRAKEN, krakenRules) }
  if (options.stateFile !== undefined) {
    const fingerprint =
      options.pricesCsv === undefined ? 'generated' : createHash('sha256').update(options.pricesCsv).digest('hex')
    const opened = StateFile.open(options.stateFile, { seed, prices: fingerprint })
    if (!opened.ok) return opened
    const exchanges = { binance: venues.binance.exchange, kraken: venues.kraken.exchange }
    marketTime = restore(exchanges, opened.value.records) ?? marketTime
    state = opened.value.file
  }
  const keys = { binance: openTestAccount(venues.binance, seed), kraken: openTestAccount(venues.kraken, seed) }
  const step = (): void => {
    venues.binance.step(marketTime)
    venues.kraken.step(marketTime)
  }
  step()

  const faults = { binance: new FaultRegistry(), kraken: new FaultRegistry() }
  const shared = { enforceRateLimits: !lockstep, log }
  const running: { close(): Promise<void> }[] = []
  const closeAll = async (): Promise<void> => {
    for (const part of running.splice(0).reverse()) await part.close()
    state?.close()
    state = null
  }
  const binance = await startBinance({
    ...shared,
    venue: venues.binance,
    faults: faults.binance,
    port: options.binancePort ?? 0,
  })
  if (!binance.ok) return closed(binance, closeAll)
  running.push(binance.value)
  const kraken = await startKraken({
    ...shared,
    venue: venues.kraken,
    faults: faults.kraken,
    port: options.krakenPort ?? 0,
    markets: krakenRules,
  })
  if (!kraken.ok) return closed(kraken, closeAll)
  running.push(kraken.value)

  const publish = (slowToo: boolean, always: boolean): void => {
    binance.value.publish(slowToo, always)
    kraken.value.publish(slowToo, always)
  }
  const barrier = (): BarrierReply => ({
    marketTime,
    sequences: { binance: binance.value.sequences(), kraken: kraken.value.sequences() },
  })
  const sandbox: RunningSandbox = {
    addresses: {
      binance: {
        http: `http://127.0.0.1:${binance.value.port}`,
        ws: `ws://127.0.0.1:${binance.value.port}`,
        ...keys.binance,
      },
      kraken: {
        http: `http://127.0.0.1:${kraken.value.port}`,
        ws: `ws://127.0.0.1:${kraken.value.port}`,
        ...keys.kraken,
      },
      control: '',
    },
    close: closeAll,
  }
  const control = await startControl({
    port: options.controlPort ?? 0,
    venues,
    faults,
    state: (): SandboxState => ({
      seed,
      marketTime,
      speed: options.speed ?? 1,
      lockstep,
      prices: Object.fromEntries(
        assets.map((asset) => [asset, formatAmountFixed(fromFloat(path.price(asset, marketTime)), 8)]),
      ),
    }),
    advance(seconds) {
      if (!lockstep)
        return fail('not-lockstep', `advance by ${seconds} s: the market runs by itself, start it with --lockstep`)
      marketTime += Math.round(seconds * 1000)
      step()
      publish(true, true)
      record((file) => file.appendTime(moment()))
      return ok(barrier())
    },
    flush() {
      publish(true, true)
      return barrier()
    },
    stop: () => setTimeout(options.onStop ?? (() => void sandbox.close()), 20),
    log,
  })
  if (!control.ok) return closed(control, closeAll)
  running.push(control.value)
  if (!lockstep) {
    let recordedAt = wireTime()
    const loop = new StepLoop({
      wireTime,
      log,
      step(elapsed, count) {
        marketTime += Math.round(elapsed * (options.speed ?? 1))
        step()
        publish(count % 10 === 0, false)
        if (wireTime() - recordedAt < TIME_RECORD_MS) return
        recordedAt = wireTime()
        record((file) => file.appendTime(moment()))
      },
    })
    running.push(loop)
  }
  return ok({
    ...sandbox,
    addresses: { ...sandbox.addresses, control: `http://127.0.0.1:${control.value.port}/control` },
  })
}

async function closed<T>(failure: T, close: () => Promise<void>): Promise<T> {
  await close()
  return failure
}

function readPrices(text: string | undefined): Result<PriceFile | null, Failure<'bad-price-file'>> {
  return text === undefined ? ok(null) : parsePriceFile(text)
}
