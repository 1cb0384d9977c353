import { NO_GAIN, ON_BOUND } from '../certificate.ts'
import { FEASIBILITY_TOLERANCE } from '../limits/bounded-simplex.ts'
import type { BookColumn, KernelLayout, KernelShape, LineColumn } from './kernel-layout.ts'
import { BYTES, column, entry, put } from './kernel-lines.ts'
import {
  type Code,
  FunctionCode,
  f64,
  forEachPair,
  get,
  i32,
  pair,
  set,
  ValueType,
  when,
  zeroAddress,
} from './wasm-module.ts'

const [END, BOOK, MEMBERS, SIZE] = [0, 1, 2, 3]
const zero = pair.constant(0)

/**
 * `Judge.assess` on two lines at a time: the certificate of the weights and prices in memory, from the book's own
 * columns and the covariance alone. It reads nothing that the method derived for itself. Without `curved`, k is 0.
 */
export function judgeCode(shape: KernelShape, layout: KernelLayout, curved: boolean): FunctionCode {
  const code = new FunctionCode(curved ? 'judgeCurved' : 'judgePlain', 4)
  const [pointer, source] = code.locals(ValueType.i32, 2) as [number, number]
  const bytes = code.locals(ValueType.i32, shape.groups)
  const fixed = code.local(ValueType.i32)
  const local = (): number => code.local(ValueType.v128)
  const scalar = (): number => code.local(ValueType.f64)
  const book = (name: BookColumn): Code => column(source, layout.book[name])
  const line = (name: LineColumn): Code => column(pointer, layout.line[name])
  const add = (to: number, value: Code): Code => set(to, pair.add(get(to), value))
  const raise = (to: number, value: Code): Code => set(to, pair.most(get(to), value))

  const [x, weight, trade, size, root, distance, low, high] = Array.from({ length: 8 }, local) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const exposures = Array.from({ length: shape.factors }, local)
  const inGroup = Array.from({ length: shape.groups }, local)
  const [total, traded, linear, bent, gains, primal, risk, dual, gap] = Array.from({ length: 9 }, local) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const [primalResidual, dualResidual, gapSum, room, prices, forgiven] = Array.from({ length: 6 }, scalar) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const start = [
    set(pointer, i32.constant(0)),
    set(source, get(BOOK)),
    shape.frozen ? set(fixed, i32.from(entry(layout.frozenAt))) : [],
    bytes.map((at, g) => set(at, i32.add(get(MEMBERS), i32.times(get(SIZE), i32.constant(g))))),
  ]
  const strides = [
    [pointer, 16],
    [source, 16],
    ...(shape.frozen ? [...bytes, fixed] : bytes).map((at) => [at, 2] as const),
  ] as const
  const find = [
    set(x, book('x')),
    set(weight, book('current')),
    set(trade, pair.sub(get(x), get(weight))),
    set(distance, pair.sub(get(x), book('aim'))),
    set(size, pair.abs(get(trade))),
    set(low, pair.sub(book('lower'), get(weight))),
    set(high, pair.sub(book('upper'), get(weight))),
  ]
  const half = pair.constant(0.5)
  /** buy·max(d, 0) + sell·max(−d, 0). */
  const bothSides = (buy: Code, sell: Code): Code =>
    pair.mul(
      half,
      pair.add(pair.mul(buy, pair.add(get(size), get(trade))), pair.mul(sell, pair.sub(get(size), get(trade)))),
    )

  // first pass: exposures, sums, costs, limits
  code.emit(
    start,
    forEachPair(strides, END, [
      find,
      exposures.map((to, f) => add(to, pair.mul(get(distance), column(pointer, layout.loadings[f]!)))),
      inGroup.map((to, g) => add(to, pair.mul(pair.fromBytes(get(bytes[g]!), 0), get(x)))),
      add(total, get(x)),
      add(traded, get(size)),
      add(linear, bothSides(book('costBuy'), book('costSell'))),
      curved
        ? [
            set(root, pair.sqrt(get(size))),
            pair.store(get(pointer), BYTES * layout.line.root, get(root)),
            add(bent, pair.mul(book('impact'), pair.mul(get(size), get(root)))),
          ]
        : [],
      shape.view ? add(gains, pair.mul(book('view'), get(x))) : [],
      raise(primal, pair.sub(get(low), get(trade))),
      raise(primal, pair.sub(get(trade), get(high))),
      shape.frozen ? raise(primal, pair.and(get(size), pair.differ(pair.fromBytes(get(fixed), 0), zero))) : [],
    ]),
  )

  // rows at their prices
  const lift = (to: number, value: Code): Code => set(to, f64.max(get(to), value))
  const addTo = (to: number, value: Code): Code => set(to, f64.add(get(to), value))
  const less = (value: Code): Code => f64.sub(f64.constant(1), value)
  code.emit(
    set(primalResidual, pair.largest(get(primal))),
    set(dualResidual, f64.max(f64.constant(0), f64.negative(entry(layout.turnover)))),
    set(prices, f64.add(f64.abs(entry(layout.budget)), entry(layout.turnover))),
    lift(primalResidual, f64.abs(less(pair.sum(get(total))))),
    set(gapSum, f64.mul(entry(layout.budget), less(pair.sum(get(total))))),
    inGroup.map((sum, g) => [
      set(room, f64.sub(entry(layout.caps + g), pair.sum(get(sum)))),
      lift(primalResidual, f64.negative(get(room))),
      lift(dualResidual, f64.negative(entry(layout.groupPrices + g))),
      addTo(gapSum, f64.mul(entry(layout.groupPrices + g), get(room))),
      addTo(prices, entry(layout.groupPrices + g)),
    ]),
    shape.turnover
      ? [
          set(room, f64.sub(entry(layout.turnoverLimit), pair.sum(get(traded)))),
          lift(primalResidual, f64.negative(get(room))),
          // without a limit there is no price
          when(
            f64.less(get(room), f64.constant(Number.POSITIVE_INFINITY)),
            addTo(gapSum, f64.mul(entry(layout.turnover), get(room))),
          ),
        ]
      : [],
  )

  // second pass: what each line could still gain at these prices
  const gamma = local()
  const budget = local()
  const onTop = local()
  const groupPrices = inGroup
  const [marginal, price, buy, sell, slope, up, down, gain, most, choice, excess] = Array.from(
    { length: 11 },
    local,
  ) as [number, number, number, number, number, number, number, number, number, number, number]
  let exposure: Code = pair.mul(line('specific'), get(distance))
  exposures.forEach((to, f) => {
    exposure = pair.add(exposure, pair.mul(get(to), column(pointer, layout.loadings[f]!)))
  })
  let priced: Code = pair.add(get(marginal), get(budget))
  groupPrices.forEach((held, g) => {
    priced = pair.add(priced, pair.mul(pair.fromBytes(get(bytes[g]!), 0), get(held)))
  })
  if (shape.view) priced = pair.sub(priced, book('view'))
  const without = (cost: Code): Code => (shape.turnover ? pair.add(cost, get(onTop)) : cost)
  const withImpact = (cost: Code): Code => (curved ? pair.add(cost, get(slope)) : cost)
  const buys = pair.atLeast(get(trade), zero)
  const sells = pair.atMost(get(trade), zero)
  const boundary = pair.constant(ON_BOUND)
  /** Derivatives of both moves, at a marginal impact that differs for going on and for coming back. */
  const moves = (further: (cost: Code) => Code, back: (cost: Code) => Code): Code => [
    set(up, pair.add(get(price), pair.choose(further(get(buy)), pair.negative(back(get(sell))), buys))),
    set(down, pair.sub(pair.choose(further(get(sell)), pair.negative(back(get(buy))), sells), get(price))),
  ]
  const gains2 = [
    pair.and(pair.negative(get(up)), pair.less(get(trade), pair.sub(get(high), boundary))),
    pair.and(pair.negative(get(down)), pair.greater(get(trade), pair.add(get(low), boundary))),
  ] as const
  const firstGain = pair.most(pair.most(gains2[0], gains2[1]), zero)
  const positive = (value: Code): Code => pair.most(value, zero)

  code.emit(
    start,
    set(gamma, pair.loadBoth(zeroAddress, BYTES * layout.gamma)),
    set(budget, pair.loadBoth(zeroAddress, BYTES * layout.budget)),
    shape.turnover ? set(onTop, pair.loadBoth(zeroAddress, BYTES * layout.turnover)) : [],
    exposures.map((to) => set(to, pair.splat(pair.sum(get(to))))),
    groupPrices.map((to, g) => set(to, pair.loadBoth(zeroAddress, BYTES * (layout.groupPrices + g)))),
    forEachPair(strides, END, [
      find,
      set(marginal, pair.mul(get(gamma), exposure)),
      add(risk, pair.mul(get(marginal), get(distance))),
      set(price, priced),
      set(buy, without(book('costBuy'))),
      set(sell, without(book('costSell'))),
      curved
        ? [set(root, line('root')), set(slope, pair.mul(pair.constant(1.5), pair.mul(book('impact'), get(root))))]
        : [],
      moves(withImpact, withImpact),
      // inside rounding of a zero-width or frozen line there is no choice
      set(choice, pair.greater(pair.sub(get(high), get(low)), boundary)),
      shape.frozen ? set(choice, pair.and(get(choice), pair.equal(pair.fromBytes(get(fixed), 0), zero))) : [],
      // convex: what a line can gain is at most its slope times the way left
      set(
        most,
        pair.and(
          get(choice),
          pair.most(
            pair.mul(positive(pair.negative(get(up))), positive(pair.sub(get(high), get(trade)))),
            pair.mul(positive(pair.negative(get(down))), positive(pair.sub(get(trade), get(low)))),
          ),
        ),
      ),
      set(gain, pair.and(get(choice), firstGain)),
      set(excess, pair.greater(pair.most(get(gain), get(most)), pair.constant(NO_GAIN))),
      when(pair.any(get(excess)), exactGain()),
      add(gap, get(most)),
      raise(dual, get(gain)),
    ]),
  )

  /** The figures themselves, for those of the two lines that are above rounding. */
  function exactGain(): Code {
    const [here, least, best, value, limit] = Array.from({ length: 5 }, local) as [
      number,
      number,
      number,
      number,
      number,
    ]
    const k = book('impact')
    const bend = (of: Code): Code => (curved ? pair.mul(k, of) : zero)
    /** Best size of a trade that gains `push` before impact, between two sizes; then its value at `rate`. */
    const consider = (rate: Code, smallest: Code, largest: Code, allowed: Code): Code => [
      set(value, positive(pair.negative(rate))),
      set(
        limit,
        curved ? pair.div(get(value), pair.mul(pair.constant(1.5), k)) : pair.constant(Number.POSITIVE_INFINITY),
      ),
      // pushed by nothing: the smallest
      set(best, pair.and(pair.mul(get(limit), get(limit)), pair.greater(get(value), zero))),
      set(best, pair.least(pair.most(get(best), smallest), largest)),
      set(value, pair.add(pair.mul(rate, get(best)), curved ? bend(pair.mul(get(best), pair.sqrt(get(best)))) : zero)),
      set(least, pair.choose(pair.least(get(least), get(value)), get(least), allowed)),
    ]
    const epsilon = pair.constant(Number.EPSILON)
    const slopeAt = (of: Code): Code => pair.mul(pair.constant(1.5), pair.mul(k, pair.sqrt(of)))
    return [
      set(
        here,
        pair.add(
          pair.add(pair.mul(get(price), get(trade)), bothSides(get(buy), get(sell))),
          bend(pair.mul(get(size), get(root))),
        ),
      ),
      set(least, get(here)),
      consider(pair.add(get(price), get(buy)), positive(get(low)), get(high), pair.atLeast(get(high), zero)),
      consider(
        pair.sub(get(sell), get(price)),
        positive(pair.negative(get(high))),
        pair.negative(get(low)),
        pair.atMost(get(low), zero),
      ),
      set(most, pair.choose(pair.sub(get(here), get(least)), get(most), get(excess))),
      // the root's slope is infinite at 0, so a trade is taken as known to the rounding of its weight, no better
      curved
        ? [
            set(slope, slopeAt(pair.add(get(size), epsilon))),
            set(best, slopeAt(positive(pair.sub(get(size), epsilon)))),
            moves(
              (cost) => pair.add(cost, get(slope)),
              (cost) => pair.add(cost, get(best)),
            ),
            set(gain, pair.choose(firstGain, get(gain), get(excess))),
          ]
        : [],
    ]
  }

  // below the bound is only who misses a limit: by price × miss, which rounding of the limits themselves explains
  const objective = [layout.risk, layout.viewGain, layout.linearCost, layout.impactCost]
    .map(entry)
    .reduce((sum, part) => f64.add(sum, part))
  code.emit(
    addTo(gapSum, pair.sum(get(gap))),
    lift(dualResidual, pair.largest(get(dual))),
    set(
      forgiven,
      f64.mul(
        f64.from(f64.atMost(get(primalResidual), f64.constant(FEASIBILITY_TOLERANCE))),
        f64.mul(get(prices), get(primalResidual)),
      ),
    ),
    when(
      f64.less(get(gapSum), f64.constant(0)),
      set(gapSum, f64.max(f64.constant(0), f64.sub(f64.negative(get(gapSum)), get(forgiven)))),
    ),
    put(layout.risk, f64.mul(f64.constant(0.5), pair.sum(get(risk)))),
    put(layout.viewGain, shape.view ? f64.negative(pair.sum(get(gains))) : f64.constant(0)),
    put(layout.linearCost, pair.sum(get(linear))),
    put(layout.impactCost, pair.sum(get(bent))),
    put(layout.objective, objective),
    put(layout.primalResidual, get(primalResidual)),
    put(layout.dualResidual, get(dualResidual)),
    put(layout.gap, get(gapSum)),
  )
  return code
}
