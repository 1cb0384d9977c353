import {
  type Amount,
  absolute,
  ceilToStep,
  floorToStep,
  maximum,
  minimum,
  multiply,
  ONE,
  subtract,
  ZERO,
} from '../amount.ts'
import { assert } from '../assert.ts'
import type { ClientBookId } from '../client-book.ts'
import type { Level, MarketFilters, MarketKey, VenueId } from '../instruments.ts'
import type { DeniedReason, Participant, Side } from '../order.ts'
import { distribute, reachOfSets, slackOf } from './routing-distribution.ts'
import { unitSegments, walkLevels, withinCap } from './routing-ladder.ts'

/** One venue's side of the market that the order would take from. */
export interface VenueOffer {
  readonly venue: VenueId
  readonly market: MarketKey
  /** Asks for a buy, bids for a sale; best first. */
  readonly levels: readonly Level[]
  /** USD per unit of the quote currency. */
  readonly quoteUsd: Amount
  /** Fraction of traded value: 0.001. */
  readonly takerFee: Amount
  /** A maximum quantity of 0 means none. */
  readonly filters: MarketFilters
  /** Worst price that may be accepted, quote currency. */
  readonly priceCap: Amount
}

export interface BookIntent {
  readonly bookId: ClientBookId
  /** What this book wants to trade in all, base units. */
  readonly quantity: Amount
  /** Sale: holding on the venue. Buy: what its quote cash there pays for at the price cap, fee included. Base units. */
  readonly available: Readonly<Partial<Record<VenueId, Amount>>>
}

export interface RoutingRequest {
  readonly side: Side
  readonly offers: readonly VenueOffer[]
  /** Venues that may not be used now. Inventory that only they hold is not placed, with their reason. */
  readonly excluded: readonly { readonly venue: VenueId; readonly reason: DeniedReason }[]
  readonly books: readonly BookIntent[]
  /** How far beyond the worst level needed the limit price may lie, as a fraction of it: 0.0005. Never beyond the cap. */
  readonly limitTolerance: Amount
}

export interface VenueLeg {
  readonly venue: VenueId
  readonly market: MarketKey
  readonly quantity: Amount
  readonly limitPrice: Amount
  /** Quote currency before fees if the order book stays as it is. */
  readonly expectedNotional: Amount
  /** Sums to `quantity`, in whole steps, within each book's inventory on the venue. */
  readonly participants: readonly Participant[]
}

export interface Unplaced {
  readonly bookId: ClientBookId
  readonly quantity: Amount
  readonly reason: DeniedReason
}

export interface RoutingOutcome {
  readonly legs: readonly VenueLeg[]
  readonly unplaced: readonly Unplaced[]
}

/**
 * Splits a quantity over venues by net price: the merge of their marginal cost curves in USD after fees.
 *
 * Places as much as depth within the caps, inventories, steps and minimums allow, and of all such splits the cheapest.
 * With equal steps that is exact: unit by unit, the cheapest that inventories still allow (a greedy over a polymatroid,
 * routing-distribution.ts), for every set of venues whose minimums are met. With unequal steps the finer venue first
 * takes what the coarser can't state, then all share whole coarse steps, then the finer takes the rest; the split can
 * be off the best by at most one coarse step per book.
 */
export function splitOverVenues(request: RoutingRequest): RoutingOutcome {
  const { side, books } = request
  for (const { bookId, quantity } of books) assert(quantity >= ZERO, `${bookId} wants ${quantity}, below zero`)
  const venues = request.offers.map((offer) => prepareVenue(offer, side))
  let best = solve(venues, books, side, 0)
  assert(best !== null, 'placing nothing is always possible')
  for (const set of setsBySize(venues.length)) {
    const split = solve(venues, books, side, set)
    if (split === null) continue
    if (split.placed > best.placed || (split.placed === best.placed && split.cost < best.cost)) best = split
  }
  const { parts, taken } = best
  return {
    legs: [...taken.entries()].flatMap(([v, quantity]) =>
      quantity === 0n ? [] : [makeLeg(venues[v]!, v, quantity as Amount, parts, request)],
    ),
    unplaced: books.flatMap((book, b) => explainRest(request, venues, taken, book, parts[b]!)),
  }
}

interface Venue extends VenueOffer {
  /** Levels within the cap, their sum, and the least that the venue takes. */
  readonly usable: readonly Level[]
  readonly depth: bigint
  readonly least: bigint
  readonly most: bigint
}

function prepareVenue(offer: VenueOffer, side: Side): Venue {
  const { tick, step, minimumQuantity, minimumNotional, maximumQuantity } = offer.filters
  const usable = withinCap(offer.levels, side, offer.priceCap)
  const depth = usable.reduce((total, level) => total + level.quantity, 0n)
  // The venue multiplies by the limit price; the lowest it can be is the cap of a sale, the best ask of a buy.
  const lowest = side === 'sell' ? ceilToStep(offer.priceCap, tick) : (usable[0]?.price ?? ONE)
  assert(lowest > 0n && step > 0n && tick > 0n, `price cap, step and tick of ${offer.market} are above zero`)
  const byNotional = (minimumNotional * ONE + lowest - 1n) / lowest
  const least = ceilToStep(maximum(minimumQuantity, byNotional as Amount), step)
  const most = maximumQuantity > 0n ? minimum(maximumQuantity, depth as Amount) : depth
  return { ...offer, usable, depth, least, most }
}

interface Split {
  readonly placed: bigint
  readonly cost: bigint
  readonly taken: readonly bigint[]
  /** Per book and venue. */
  readonly parts: readonly (readonly bigint[])[]
}

/** The best split over the venues of the set, or null where the minimum of one of them can't be met. */
function solve(venues: readonly Venue[], books: readonly BookIntent[], side: Side, set: number): Split | null {
  const taken = venues.map(() => 0n)
  const parts = books.map(() => venues.map(() => 0n))
  const members = venues.map((_, v) => (set & (1 << v)) !== 0)
  const units = unitsOf(venues.filter((_, v) => members[v]!))
  let cost = 0n
  for (const { unit, isMain, wantedOf } of passesOf(units)) {
    const wanted = books.map(({ quantity }, b) => {
      const rest = wantedOf(quantity) - parts[b]!.reduce((a, x) => a + x, 0n)
      return rest > 0n ? rest / unit : 0n
    })
    const joins = venues.map((venue, v) => members[v]! && unit % venue.filters.step === 0n)
    const available = books.map((book, b) =>
      venues.map(({ venue }, v) => (joins[v]! ? positive((book.available[venue] ?? ZERO) - parts[b]![v]!) / unit : 0n)),
    )
    const reach = reachOfSets({ wanted, available }, venues.length)
    const curves = venues.map((venue, v) => ({
      segments: joins[v]! ? unitSegments(venue.usable, taken[v]!, unit, { ...venue, side }) : [],
      room: positive(venue.most - taken[v]!) / unit,
      least: isMain && joins[v]! ? ceilDivide(positive(venue.least - taken[v]!), unit) : 0n,
    }))
    const counts = takeCheapest(curves, reach)
    if (counts === null) return null
    cost += counts.cost
    const share = distribute({ wanted, available }, counts.taken)
    for (const [b, row] of share.entries()) for (const [v, count] of row.entries()) parts[b]![v]! += count * unit
    for (const [v, count] of counts.taken.entries()) taken[v]! += count * unit
  }
  return { placed: taken.reduce((a, b) => a + b, 0n), cost, taken, parts }
}

interface Curve {
  readonly segments: readonly { readonly count: bigint; readonly cost: bigint }[]
  readonly room: bigint
  readonly least: bigint
}

/** First every curve's least, then always the cheapest unit that still fits. Null where a least does not fit. */
function takeCheapest(curves: readonly Curve[], reach: readonly bigint[]): { taken: bigint[]; cost: bigint } | null {
  const taken = curves.map(() => 0n)
  const position = curves.map(() => ({ segment: 0, used: 0n }))
  let cost = 0n
  const take = (v: number, most: bigint): bigint => {
    const segment = curves[v]!.segments[position[v]!.segment]
    if (segment === undefined) return 0n
    const left = segment.count - position[v]!.used
    const part = [left, most, slackOf(v, taken, reach), curves[v]!.room - taken[v]!].reduce((a, b) => (a < b ? a : b))
    taken[v]! += part
    cost += part * segment.cost
    position[v] =
      part === left
        ? { segment: position[v]!.segment + 1, used: 0n }
        : { segment: position[v]!.segment, used: position[v]!.used + part }
    return part
  }
  for (const [v, curve] of curves.entries()) {
    while (taken[v]! < curve.least) if (take(v, curve.least - taken[v]!) === 0n) return null
  }
  const open = new Set(curves.keys())
  while (open.size > 0) {
    let cheapest = -1
    let price = 0n
    for (const v of open) {
      const segment = curves[v]!.segments[position[v]!.segment]
      if (segment !== undefined && (cheapest === -1 || segment.cost < price)) {
        cheapest = v
        price = segment.cost
      }
    }
    if (cheapest === -1) break
    if (take(cheapest, curves[cheapest]!.room) === 0n) open.delete(cheapest)
  }
  return { taken, cost }
}

/** Common units of the venues' steps, fine to coarse: the k-th is the least common multiple of the k finest steps. */
function unitsOf(venues: readonly Venue[]): bigint[] {
  const steps = [...new Set(venues.map(({ filters }) => filters.step as bigint))].sort((a, b) => (a < b ? -1 : 1))
  const units: bigint[] = []
  for (const step of steps) {
    const last = units.at(-1) ?? step
    units.push((last / greatestCommonDivisor(last, step)) * step)
  }
  return units
}

interface Pass {
  readonly unit: bigint
  readonly isMain: boolean
  /** How much of a book's quantity should be placed when the pass is over. */
  readonly wantedOf: (quantity: bigint) => bigint
}

function passesOf(units: readonly bigint[]): Pass[] {
  const fine = units.slice(0, -1)
  const whole = (quantity: bigint): bigint => quantity
  return [
    ...fine.map((unit, k) => ({ unit, isMain: false, wantedOf: (quantity: bigint) => quantity % units[k + 1]! })),
    ...units.slice(-1).map((unit) => ({ unit, isMain: true, wantedOf: whole })),
    ...fine.reverse().map((unit) => ({ unit, isMain: false, wantedOf: whole })),
  ]
}

function makeLeg(
  venue: Venue,
  column: number,
  quantity: Amount,
  parts: readonly (readonly bigint[])[],
  { side, books, limitTolerance }: RoutingRequest,
): VenueLeg {
  const { notional, worstPrice } = walkLevels(venue.usable, quantity)
  const { tick } = venue.filters
  const tolerance = multiply(worstPrice, absolute(limitTolerance))
  const limitPrice =
    side === 'buy'
      ? minimum(ceilToStep((worstPrice + tolerance) as Amount, tick), floorToStep(venue.priceCap, tick))
      : maximum(floorToStep(subtract(worstPrice, tolerance), tick), ceilToStep(venue.priceCap, tick))
  const participants = books
    .map(({ bookId }, b) => ({ bookId, quantity: parts[b]![column]! as Amount }))
    .filter((participant) => participant.quantity > 0n)
  return { venue: venue.venue, market: venue.market, quantity, limitPrice, expectedNotional: notional, participants }
}

/** What of a book's quantity was not placed, by reason; sums to the rest exactly. */
function explainRest(
  { side, excluded }: RoutingRequest,
  venues: readonly Venue[],
  taken: readonly bigint[],
  { bookId, quantity, available }: BookIntent,
  placed: readonly bigint[],
): Unplaced[] {
  let rest = quantity - placed.reduce((a, b) => a + b, 0n)
  const found = new Map<DeniedReason, bigint>()
  const blame = (reason: DeniedReason, part: bigint): void => {
    if (part > 0n) found.set(reason, (found.get(reason) ?? 0n) + part)
    rest -= part
  }
  const on = (venue: VenueId): bigint => positive(available[venue] ?? ZERO)
  let shortage = positive(quantity - venues.reduce((total, { venue }) => total + on(venue), 0n))
  for (const { venue, reason } of excluded) {
    const part = on(venue) < shortage ? on(venue) : shortage
    shortage -= part
    blame(reason, part)
  }
  blame(side === 'sell' ? 'no-inventory-on-venue' : 'no-cash-on-venue', shortage)
  const reasons = venues.flatMap((venue, v): DeniedReason[] => {
    const { step, maximumQuantity } = venue.filters
    if (rest < step || on(venue.venue) - placed[v]! < step) return []
    if (venue.depth - taken[v]! < step) return ['beyond-price-cap']
    return maximumQuantity > 0n && venue.most - taken[v]! < step ? ['order-notional-limit'] : []
  })
  blame(reasons[0] ?? 'below-minimum', rest)
  return [...found].map(([reason, part]) => ({ bookId, quantity: part as Amount, reason }))
}

const positive = (a: bigint): bigint => (a > 0n ? a : 0n)
const ceilDivide = (a: bigint, b: bigint): bigint => (a + b - 1n) / b
const greatestCommonDivisor = (a: bigint, b: bigint): bigint => (b === 0n ? a : greatestCommonDivisor(b, a % b))

/** Every non-empty set of venues as bits, small sets first: of equal splits the one with fewer orders is kept. */
function setsBySize(count: number): number[] {
  assert(count <= 6, `at most 6 venues can be compared, not ${count}`)
  const size = (set: number): number => set.toString(2).replaceAll('0', '').length
  return Array.from({ length: (1 << count) - 1 }, (_, k) => k + 1).sort((a, b) => size(a) - size(b) || a - b)
}
