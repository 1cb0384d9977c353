import { indexOf, type KernelLayout, type KernelShape } from './kernel-layout.ts'
import { BYTES, entry, put } from './kernel-lines.ts'
import {
  again,
  type Code,
  call,
  FunctionCode,
  f64,
  forever,
  get,
  giveBack,
  i32,
  leave,
  select,
  set,
  ValueType,
  when,
  zeroAddress,
} from './wasm-module.ts'

/** Where the residuals end, in weight. */
const RESIDUAL_GOAL = 1e-12
/** Where the last step may be taken with the factor of the one before, to first order, without another look. */
const NEARLY_THERE = 1e-8
/** Where rounding may keep them; the certificate judges. */
const RESIDUAL_ENOUGH = 1e-10
const MAXIMUM_STEPS = 60
/** A row that no line feels gets a step no longer than this pivot allows, × 1/γ. */
const ROW_PIVOT = 1e-2
const SEARCHES = 30

const [END, BOOK] = [0, 1]
const number = f64.constant
const zero = number(0)

/**
 * Maximises the dual of a book: risk as ½γ|y|² of factor exposures y plus a diagonal, rows at their prices. Given
 * those few numbers every line has its best trade in closed form, so that the dual is smooth with a piecewise smooth
 * gradient, and Newton's method with a line search ends after some four steps, whatever the number of lines.
 *
 * Unknowns are θ = (γ·y, row prices). The gradient is (Bᵀ(x − aim) − y, row sum − limit); a row whose price is 0 and
 * which holds takes no part.
 */
export function solveCode(shape: KernelShape, layout: KernelLayout): FunctionCode {
  const code = new FunctionCode('solve', 2, true)
  const { factors } = shape
  const { unknowns: m, theta, origin, keep, step, shift, scale, matrix, residual, floor, sums } = layout
  const [steps, evaluations, searches, attempts, wrong, stopping] = code.locals(ValueType.i32, 6) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const [worst, before, value, inverse] = code.locals(ValueType.f64, 4) as [number, number, number, number]
  const [slope, longest, length, low, high, slopeLow, slopeHigh, here, over, under] = code.locals(
    ValueType.f64,
    10,
  ) as [number, number, number, number, number, number, number, number, number, number]
  const [price, push, side] = code.locals(ValueType.f64, 3) as [number, number, number]
  const active = code.locals(ValueType.i32, layout.rows)
  const factored = code.locals(ValueType.i32, layout.rows)
  const unknowns = Array.from({ length: m }, (_, j) => j)
  const rows = unknowns.slice(factors)
  const rowLow = (j: number): Code => entry(layout.rowLow + j - factors)
  const rowHigh = (j: number): Code => entry(layout.rowHigh + j - factors)
  const activeOf = (j: number): number => active[j - factors]!
  const count = (local: number): Code => set(local, i32.add(get(local), i32.constant(1)))

  const probe = [
    when(
      i32.load(zeroAddress, BYTES * layout.curved),
      call(indexOf('probeCurved'), get(END), get(BOOK)),
      call(indexOf('probePlain'), get(END), get(BOOK)),
    ),
    count(evaluations),
  ]

  const noteResidual = (j: number): Code => [
    put(residual + j, get(value)),
    set(worst, f64.max(get(worst), f64.abs(get(value)))),
  ]
  // the gradient, and which unknowns move; NaN passes through max
  const findResidual = [
    set(worst, f64.abs(f64.sub(entry(sums), entry(sums)))),
    unknowns
      .slice(0, factors)
      .map((f) => [
        set(value, f64.sub(f64.add(entry(shift + f), entry(sums + f)), f64.mul(entry(origin + f), get(inverse)))),
        noteResidual(f),
      ]),
    // a price belongs to the limit of its sign, wherever the sum is
    rows.map((j) => [
      set(price, entry(origin + j)),
      set(side, entry(sums + j)),
      set(
        value,
        select(
          f64.greater(get(price), zero),
          f64.sub(get(side), rowHigh(j)),
          select(
            f64.less(get(price), zero),
            f64.sub(get(side), rowLow(j)),
            select(
              f64.greater(get(side), rowHigh(j)),
              f64.sub(get(side), rowHigh(j)),
              f64.min(zero, f64.sub(get(side), rowLow(j))),
            ),
          ),
        ),
      ),
      set(activeOf(j), i32.or(f64.differ(get(price), zero), f64.differ(get(value), zero))),
      noteResidual(j),
    ]),
  ]

  const leaveOut = (j: number): Code => [
    set(activeOf(j), i32.constant(0)),
    unknowns.slice(0, j).map((q) => put(matrix + j * m + q, zero)),
    unknowns.slice(j + 1).map((q) => put(matrix + q * m + j, zero)),
    put(matrix + j * (m + 1), number(1)),
    put(residual + j, zero),
    put(floor + j, number(1)),
  ]
  // a row at price 0 that the step would push to the wrong side is left out
  const tryStep = [
    call(indexOf('step')),
    set(wrong, i32.constant(0)),
    rows.map((j) =>
      when(
        i32.and(
          i32.and(get(activeOf(j)), f64.equal(entry(origin + j), zero)),
          f64.atMost(f64.mul(entry(residual + j), entry(step + j)), zero),
        ),
        [leaveOut(j), set(wrong, i32.constant(1))],
      ),
    ),
  ]
  const findStep = [
    call(indexOf('curve'), get(END)),
    unknowns
      .slice(0, factors)
      .map((f) => put(matrix + f * (m + 1), f64.add(entry(matrix + f * (m + 1)), get(inverse)))),
    rows.map((j) =>
      when(
        get(activeOf(j)),
        put(
          floor + j,
          f64.add(f64.mul(number(1e-11), entry(matrix + j * (m + 1))), f64.mul(number(ROW_PIVOT), get(inverse))),
        ),
        leaveOut(j),
      ),
    ),
    set(attempts, i32.constant(0)),
    forever([
      tryStep,
      count(attempts),
      when(i32.or(i32.not(get(wrong)), i32.not(i32.less(get(attempts), i32.constant(3)))), leave(1)),
    ]),
  ]

  // regula falsi, kept away from the ends
  const width = f64.sub(get(high), get(low))
  const crossing = f64.add(get(low), f64.div(f64.mul(width, get(slopeLow)), f64.sub(get(slopeLow), get(slopeHigh))))
  const margin = f64.mul(number(0.05), width)
  const narrow = set(length, f64.max(f64.add(get(low), margin), f64.min(f64.sub(get(high), margin), crossing)))
  const longer = [
    when(i32.or(f64.atLeast(get(length), get(longest)), f64.atLeast(get(length), number(1e8))), leave(3)),
    set(low, get(length)),
    set(slopeLow, get(here)),
    set(length, f64.min(f64.mul(number(8), get(length)), get(longest))),
    again(2),
  ]
  /**
   * A length at which the slope has fallen enough, and not to the other side: full steps pass at once near the end.
   * No price of a row crosses 0 within a step: the one that would stops there and its row leaves.
   */
  const search = [
    set(slope, zero),
    unknowns.map((j) => set(slope, f64.add(get(slope), f64.mul(entry(residual + j), entry(step + j))))),
    set(longest, number(Number.POSITIVE_INFINITY)),
    set(stopping, i32.constant(-1)),
    rows.map((j) => [
      set(price, entry(origin + j)),
      set(push, entry(step + j)),
      set(side, select(f64.differ(get(price), zero), get(price), get(push))),
      put(
        shift + j,
        select(
          f64.equal(get(side), zero),
          zero,
          f64.negative(select(f64.greater(get(side), zero), rowHigh(j), rowLow(j))),
        ),
      ),
      when(i32.and(f64.less(f64.mul(get(price), get(push)), zero), f64.differ(rowLow(j), rowHigh(j))), [
        set(value, f64.div(f64.negative(get(price)), get(push))),
        when(f64.less(get(value), get(longest)), [
          set(longest, get(value)),
          set(stopping, i32.constant(BYTES * (keep + j))),
        ]),
      ]),
    ]),
    set(over, f64.mul(select(i32.less(get(steps), i32.constant(8)), number(-0.3), number(-0.1)), get(slope))),
    set(under, f64.mul(number(0.5), get(slope))),
    set(low, zero),
    set(slopeLow, get(slope)),
    set(high, number(Number.POSITIVE_INFINITY)),
    set(slopeHigh, zero),
    set(length, f64.min(number(1), get(longest))),
    set(searches, i32.constant(0)),
    forever([
      put(layout.length, get(length)),
      when(
        i32.not(i32.less(get(stopping), i32.constant(0))),
        f64.store(get(stopping), 0, f64.from(f64.less(get(length), get(longest)))),
      ),
      probe,
      set(here, entry(layout.slope)),
      count(searches),
      when(i32.not(i32.less(get(searches), i32.constant(SEARCHES))), leave(1)),
      when(
        f64.less(get(here), get(over)),
        [set(high, get(length)), set(slopeHigh, get(here))],
        [
          when(i32.not(f64.greater(get(here), get(under))), leave(2)),
          when(
            f64.less(get(high), number(Number.POSITIVE_INFINITY)),
            [
              when(f64.atMost(width, f64.mul(number(1e-6), get(high))), leave(3)),
              set(low, get(length)),
              set(slopeLow, get(here)),
            ],
            longer,
          ),
        ],
      ),
      narrow,
    ]),
    when(i32.not(i32.less(get(stopping), i32.constant(0))), f64.store(get(stopping), 0, number(1))),
  ]

  const accept = unknowns.map((j) => put(origin + j, entry(theta + j)))
  /** A step with the old factor leaves residual × its relative error, of which residual / before is the measure. */
  const ready = [
    f64.atMost(get(worst), number(NEARLY_THERE)),
    f64.atMost(f64.mul(get(worst), get(worst)), f64.mul(number(RESIDUAL_GOAL), get(before))),
    f64.less(get(before), number(Number.POSITIVE_INFINITY)),
    ...rows.map((_, r) => i32.equal(get(active[r]!), get(factored[r]!))),
  ].reduce((all, one) => i32.and(all, one))
  // a price that would leave its side is for a whole step
  const keepsSides = rows
    .map((j) => f64.atLeast(f64.mul(entry(origin + j), f64.add(entry(origin + j), entry(step + j))), zero))
    .reduce((all, one) => i32.and(all, one))
  const report = [put(layout.steps, f64.from(get(steps))), put(layout.evaluations, f64.from(get(evaluations)))]
  const end = (arrived: Code): Code => [report, giveBack(arrived)]
  const moves = unknowns.map((j) => f64.differ(entry(step + j), zero)).reduce((any, one) => i32.or(any, one))
  code.emit(
    set(inverse, entry(layout.inverseGamma)),
    accept,
    unknowns.map((j) => [
      put(keep + j, number(1)),
      put(step + j, zero),
      j < factors ? put(floor + j, zero) : put(shift + j, zero),
      put(scale + j, j < factors ? get(inverse) : zero),
    ]),
    put(layout.length, zero),
    probe,
    set(before, number(Number.POSITIVE_INFINITY)),
    forever([
      findResidual,
      when(f64.atMost(get(worst), number(RESIDUAL_GOAL)), end(i32.constant(1))),
      when(
        i32.and(
          f64.atMost(get(worst), number(RESIDUAL_ENOUGH)),
          f64.greater(get(worst), f64.mul(number(0.5), get(before))),
        ),
        end(i32.constant(1)),
      ),
      when(
        i32.or(
          i32.not(i32.less(get(steps), i32.constant(MAXIMUM_STEPS))),
          i32.not(f64.less(get(worst), number(Number.POSITIVE_INFINITY))),
        ),
        end(i32.constant(0)),
      ),
      when(ready, [
        call(indexOf('stepAgain')),
        when(keepsSides, [call(indexOf('follow'), get(END)), end(i32.constant(1))]),
      ]),
      set(before, get(worst)),
      findStep,
      rows.map((_, r) => set(factored[r]!, get(active[r]!))),
      when(i32.not(moves), end(f64.atMost(get(worst), number(RESIDUAL_ENOUGH)))),
      search,
      accept,
      count(steps),
    ]),
    i32.constant(0),
  )
  return code
}
