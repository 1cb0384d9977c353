import { NEGLIGIBLE_WEIGHT } from '../exact/trade-problem.ts'
import { BOOK_COLUMNS, type BookColumn, type KernelLayout, type KernelShape, type LineColumn } from './kernel-layout.ts'
import { BYTES, column, entry, put } from './kernel-lines.ts'
import {
  type Code,
  FunctionCode,
  f64,
  forEachPair,
  forever,
  get,
  giveBack,
  i32,
  leave,
  pair,
  select,
  set,
  ValueType,
  when,
  zeroAddress,
} from './wasm-module.ts'

/**
 * A book without a start is thought three quarters of the way to its aim: from its own weights the first step
 * overshoots, since every line would answer all of the common factors' risk on its own.
 */
const COLD_SHARE = 0.25
/** Weights that sum to 1 within this need no trade. */
const FULL = 1e-12
/** A budget's price that small against its parts is their rounding. */
const NO_PRICE = 1e-13

/** Parameters of the functions that know a whole book, in order. */
const [END, BOOK, MEMBERS, SLACK, SIZE] = [0, 1, 2, 3, 4]

export function spreadCode(shape: KernelShape, layout: KernelLayout): FunctionCode {
  const code = new FunctionCode('spread', 2)
  const [books, size] = [0, 1]
  const [source, target, stop] = code.locals(ValueType.i32, 3) as [number, number, number]
  const brought = BOOK_COLUMNS.filter((name) => name !== 'x' && (shape.view || name !== 'view'))
  code.emit(
    forever([
      set(stop, i32.add(get(target), i32.times(i32.add(get(size), i32.constant(1)), i32.constant(BYTES)))),
      forEachPair(
        [
          [target, 16],
          [source, 16],
        ],
        stop,
        brought.map((name) => pair.store(get(target), BYTES * layout.book[name], column(source, layout.packed[name]))),
      ),
      // the last pair took one weight too many
      set(source, i32.add(get(source), i32.constant(-BYTES))),
      brought.map((name) => f64.store(get(target), BYTES * (layout.book[name] - 1), f64.constant(0))),
      set(books, i32.add(get(books), i32.constant(-1))),
      when(i32.not(get(books)), leave(1)),
    ]),
  )
  return code
}

/** Whether the slack belongs to each group: what limits a group that holds it limits everything outside from below. */
function slackMembership(layout: KernelLayout, code: FunctionCode): { inverse: number[]; loads: Code } {
  const inverse = code.locals(ValueType.f64, layout.coefficients.length)
  const byte = (g: number): Code =>
    i32.loadByte(i32.add(i32.add(get(MEMBERS), get(SLACK)), i32.times(get(SIZE), i32.constant(g))))
  return {
    inverse,
    loads: when(
      i32.not(i32.less(get(SLACK), i32.constant(0))),
      inverse.map((local, g) => set(local, f64.from(byte(g)))),
    ),
  }
}

/** A number of the slack's line. */
const ofSlack = (base: Code, at: number): Code =>
  f64.load(i32.add(base, i32.times(get(SLACK), i32.constant(BYTES))), BYTES * at)
const hasSlack = i32.not(i32.less(get(SLACK), i32.constant(0)))

export function loadCode(shape: KernelShape, layout: KernelLayout): FunctionCode {
  const code = new FunctionCode('load', 5, true)
  const [pointer, source] = code.locals(ValueType.i32, 2) as [number, number]
  const [weight, distance, low, high, impact, gamma, total, bad, curved, member, base, held] = code.locals(
    ValueType.v128,
    12,
  ) as [number, number, number, number, number, number, number, number, number, number, number, number]
  const missing = code.local(ValueType.f64)
  const fixed = code.local(ValueType.i32)
  const exposures = code.locals(ValueType.v128, shape.factors)
  const sums = code.locals(ValueType.v128, shape.groups)
  const bytes = code.locals(ValueType.i32, shape.groups)
  const { inverse, loads } = slackMembership(layout, code)
  const book = (name: BookColumn): Code => column(source, layout.book[name])
  const keep = (name: LineColumn, value: Code): Code => pair.store(get(pointer), BYTES * layout.line[name], value)
  const add = (local: number, value: Code): Code => set(local, pair.add(get(local), value))
  const zero = pair.constant(0)
  const note = (local: number, mask: Code): Code => set(local, pair.or(get(local), mask))
  code.emit(
    loads,
    set(gamma, pair.loadBoth(zeroAddress, BYTES * layout.gamma)),
    shape.view ? when(hasSlack, set(held, pair.splat(ofSlack(get(BOOK), layout.book.view)))) : [],
    set(source, get(BOOK)),
    shape.frozen ? set(fixed, i32.from(entry(layout.frozenAt))) : [],
    bytes.map((local, g) => set(local, i32.add(get(MEMBERS), i32.times(get(SIZE), i32.constant(g))))),
    forEachPair(
      [
        [pointer, 16],
        [source, 16],
        ...bytes.map((local) => [local, 2] as const),
        ...(shape.frozen ? [[fixed, 2] as const] : []),
      ],
      END,
      [
        set(weight, book('current')),
        set(distance, pair.sub(get(weight), book('aim'))),
        set(low, pair.sub(book('lower'), get(weight))),
        set(high, pair.sub(book('upper'), get(weight))),
        set(impact, book('impact')),
        shape.frozen
          ? [
              set(member, pair.differ(pair.fromBytes(get(fixed), 0), zero)),
              set(low, pair.without(get(low), get(member))),
              set(high, pair.without(get(high), get(member))),
            ]
          : [],
        // what can't be solved, or isn't convex, is for others to name
        note(bad, pair.greater(get(low), get(high))),
        note(bad, pair.less(get(impact), zero)),
        note(bad, pair.less(pair.add(book('costBuy'), book('costSell')), zero)),
        note(curved, pair.greater(get(impact), zero)),
        keep('low', get(low)),
        keep('high', get(high)),
        set(base, pair.mul(get(distance), pair.mul(get(gamma), column(pointer, layout.line.bend)))),
        shape.view ? set(base, pair.sub(pair.add(get(base), get(held)), book('view'))) : [],
        keep('base', get(base)),
        add(total, get(weight)),
        exposures.map((local, f) => add(local, pair.mul(get(distance), column(pointer, layout.loadings[f]!)))),
        sums.map((local, g) => [
          set(member, pair.fromBytes(get(bytes[g]!), 0)),
          add(local, pair.mul(get(member), get(weight))),
          pair.store(
            get(pointer),
            BYTES * layout.coefficients[g]!,
            pair.sub(get(member), pair.splat(get(inverse[g]!))),
          ),
        ]),
      ],
    ),
    when(pair.any(get(bad)), giveBack(i32.constant(0))),
    i32.store(zeroAddress, BYTES * layout.curved, pair.any(get(curved))),
    set(missing, f64.sub(f64.constant(1), pair.sum(get(total)))),
    when(f64.atMost(f64.abs(get(missing)), f64.constant(FULL)), set(missing, f64.constant(0))),
    put(layout.missing, get(missing)),
    put(layout.rowLow, get(missing)),
    put(layout.rowHigh, get(missing)),
    when(hasSlack, [
      (['low', 'high'] as const).map((name) =>
        f64.store(i32.times(get(SLACK), i32.constant(BYTES)), BYTES * layout.line[name], f64.constant(0)),
      ),
      put(layout.rowLow, f64.sub(get(missing), slackRoom(layout, 'upper'))),
      put(layout.rowHigh, f64.sub(get(missing), slackRoom(layout, 'lower'))),
    ]),
    sums.map((local, g) => [
      put(layout.rowLow + g + 1, f64.constant(Number.NEGATIVE_INFINITY)),
      put(
        layout.rowHigh + g + 1,
        f64.sub(f64.sub(entry(layout.caps + g), f64.mul(get(inverse[g]!), get(missing))), pair.sum(get(local))),
      ),
    ]),
    shape.turnover
      ? [
          put(layout.rowLow + layout.rows - 1, f64.constant(Number.NEGATIVE_INFINITY)),
          put(layout.rowHigh + layout.rows - 1, entry(layout.turnoverLimit)),
        ]
      : [],
    exposures.map((local, f) => [
      put(layout.shift + f, pair.sum(get(local))),
      put(layout.theta + f, f64.mul(f64.mul(f64.constant(COLD_SHARE), entry(layout.gamma)), entry(layout.shift + f))),
    ]),
    Array.from({ length: layout.rows }, (_, r) => put(layout.theta + shape.factors + r, f64.constant(0))),
    i32.constant(1),
  )
  return code
}

const slackRoom = (layout: KernelLayout, bound: 'lower' | 'upper'): Code =>
  f64.sub(ofSlack(get(BOOK), layout.book[bound]), ofSlack(get(BOOK), layout.book.current))

export function nearCode(shape: KernelShape, layout: KernelLayout): FunctionCode {
  const code = new FunctionCode('near', 5)
  const [pointer, source] = code.locals(ValueType.i32, 2) as [number, number]
  const reached = code.local(ValueType.v128)
  const exposures = code.locals(ValueType.v128, shape.factors)
  const { inverse, loads } = slackMembership(layout, code)
  const price = code.local(ValueType.f64)
  const given = entry(layout.budget)
  code.emit(
    loads,
    set(source, get(BOOK)),
    forEachPair(
      [
        [pointer, 16],
        [source, 16],
      ],
      END,
      [
        set(reached, pair.sub(column(source, layout.book.start), column(source, layout.book.aim))),
        exposures.map((local, f) =>
          set(local, pair.add(get(local), pair.mul(get(reached), column(pointer, layout.loadings[f]!)))),
        ),
      ],
    ),
    exposures.map((local, f) => put(layout.theta + f, f64.mul(entry(layout.gamma), pair.sum(get(local))))),
    set(price, given),
    inverse.map((local, g) => [
      put(layout.theta + shape.factors + 1 + g, entry(layout.groupPrices + g)),
      set(price, f64.add(get(price), f64.mul(get(local), entry(layout.groupPrices + g)))),
    ]),
    // the slack's own price is what is left, and nothing where it is between its bounds
    when(hasSlack, [
      shape.view ? set(price, f64.sub(get(price), ofSlack(get(BOOK), layout.book.view))) : [],
      when(
        f64.atMost(f64.abs(get(price)), f64.mul(f64.constant(NO_PRICE), f64.abs(given))),
        set(price, f64.constant(0)),
      ),
    ]),
    put(layout.theta + shape.factors, get(price)),
    shape.turnover ? put(layout.theta + layout.unknowns - 1, entry(layout.turnover)) : [],
  )
  return code
}

/** A line on a bound gets the bound's bits, an untraded one its own. */
export function readCode(shape: KernelShape, layout: KernelLayout): FunctionCode {
  const code = new FunctionCode('read', 5)
  const [pointer, source] = code.locals(ValueType.i32, 2) as [number, number]
  const [weight, trade, result, moved] = code.locals(ValueType.v128, 4) as [number, number, number, number]
  const [left, held, price] = code.locals(ValueType.f64, 3) as [number, number, number]
  const { inverse, loads } = slackMembership(layout, code)
  const book = (name: BookColumn): Code => column(source, layout.book[name])
  const line = (name: LineColumn): Code => column(pointer, layout.line[name])
  const still = pair.or(
    pair.equal(get(trade), pair.constant(0)),
    pair.and(
      pair.atMost(pair.abs(get(trade)), pair.constant(NEGLIGIBLE_WEIGHT)),
      pair.equal(book('impact'), pair.constant(0)),
    ),
  )
  const priceOf = (row: number): Code => entry(layout.theta + shape.factors + row)
  code.emit(
    loads,
    set(source, get(BOOK)),
    forEachPair(
      [
        [pointer, 16],
        [source, 16],
      ],
      END,
      [
        set(weight, book('current')),
        set(trade, line('trade')),
        set(result, pair.add(get(weight), get(trade))),
        set(result, pair.choose(book('upper'), get(result), pair.equal(get(trade), line('high')))),
        set(result, pair.choose(book('lower'), get(result), pair.equal(get(trade), line('low')))),
        set(result, pair.choose(get(weight), get(result), still)),
        pair.store(get(source), BYTES * layout.book.x, get(result)),
        set(moved, pair.add(get(moved), pair.sub(get(result), get(weight)))),
      ],
    ),
    set(price, priceOf(0)),
    Array.from({ length: shape.groups }, (_, g) =>
      put(layout.groupPrices + g, f64.max(f64.constant(0), priceOf(g + 1))),
    ),
    put(layout.turnover, shape.turnover ? f64.max(f64.constant(0), priceOf(layout.rows - 1)) : f64.constant(0)),
    when(hasSlack, [
      set(held, ofSlack(get(BOOK), layout.book.current)),
      set(left, f64.sub(entry(layout.missing), pair.sum(get(moved)))),
      when(
        f64.greater(f64.abs(get(left)), f64.constant(NEGLIGIBLE_WEIGHT)),
        set(
          held,
          select(
            f64.greater(get(price), f64.constant(0)),
            ofSlack(get(BOOK), layout.book.lower),
            select(
              f64.less(get(price), f64.constant(0)),
              ofSlack(get(BOOK), layout.book.upper),
              f64.min(
                ofSlack(get(BOOK), layout.book.upper),
                f64.max(ofSlack(get(BOOK), layout.book.lower), f64.add(get(held), get(left))),
              ),
            ),
          ),
        ),
      ),
      f64.store(i32.add(get(BOOK), i32.times(get(SLACK), i32.constant(BYTES))), BYTES * layout.book.x, get(held)),
      inverse.map((local, g) => set(price, f64.sub(get(price), f64.mul(get(local), entry(layout.groupPrices + g))))),
      shape.view ? set(price, f64.add(get(price), ofSlack(get(BOOK), layout.book.view))) : [],
    ]),
    put(layout.budget, get(price)),
  )
  return code
}
