import type { KernelLayout, KernelShape, LineColumn } from './kernel-layout.ts'
import {
  type Code,
  FunctionCode,
  f64,
  forEachPair,
  get,
  pair,
  set,
  ValueType,
  when,
  zeroAddress,
} from './wasm-module.ts'

export const BYTES = 8

/** The double at a fixed place. */
export const entry = (at: number): Code => f64.load(zeroAddress, BYTES * at)
export const put = (at: number, value: Code): Code => f64.store(zeroAddress, BYTES * at, value)

/** A column over lines, read at a pointer that runs over them. */
export const column = (pointer: number, at: number): Code => pair.load(get(pointer), BYTES * at)

/** Coefficients of every unknown over the pair of lines at `pointer`: locals and their loads; the budget's are 1. */
function coefficients(
  layout: KernelLayout,
  code: FunctionCode,
  pointer: number,
): { all: (number | null)[]; loads: Code } {
  const loads: Code[] = []
  const load = (at: number): number => {
    const local = code.local(ValueType.v128)
    loads.push(set(local, column(pointer, at)))
    return local
  }
  return { all: [...layout.loadings.map(load), null, ...layout.coefficients.map(load)], loads }
}

/** By halves: what waits for the sum waits less long than for one term after the other. */
export function sumOf(terms: readonly Code[]): Code {
  if (terms.length === 1) return terms[0]!
  const half = terms.length >> 1
  return pair.add(sumOf(terms.slice(0, half)), sumOf(terms.slice(half)))
}

/**
 * Every line minimises base·d + θᵀv·d + ½·curvature·d² + cost(d) over its bounds. Beyond the linear cost the price
 * leaves a push p; with s = √|d|: curvature·s² + 1.5k·s = |p|, and root² = (1.5k)² + 4·curvature·|p| gives
 * s = 2|p| / (1.5k + root), −dd/dprice = 2s / root.
 */
export function probeCode(shape: KernelShape, layout: KernelLayout, curved: boolean): FunctionCode {
  const code = new FunctionCode(curved ? 'probeCurved' : 'probePlain', 2)
  const [end, book] = [0, 1]
  const pointer = code.local(ValueType.i32)
  const source = code.local(ValueType.i32)
  const { unknowns } = layout
  const thetas = code.locals(ValueType.v128, unknowns)
  const sums = code.locals(ValueType.v128, unknowns)
  const [price, push, free, trade, kept, size, root, rate] = code.locals(ValueType.v128, 8) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const bend = code.local(ValueType.v128)
  const { all, loads } = coefficients(layout, code, pointer)
  const line = (name: LineColumn): Code => column(pointer, layout.line[name])
  const zero = pair.constant(0)
  thetas.forEach((local, j) => {
    const ahead = f64.mul(entry(layout.length), entry(layout.step + j))
    const theta = f64.mul(entry(layout.keep + j), f64.add(entry(layout.origin + j), ahead))
    code.emit(
      put(layout.theta + j, theta),
      set(local, pair.loadBoth(zeroAddress, BYTES * (layout.theta + j))),
      set(sums[j]!, zero),
    )
  })
  const linear = sumOf([
    line('base'),
    ...all.map((v, j) => (v === null ? get(thetas[j]!) : pair.mul(get(v), get(thetas[j]!)))),
  ])
  const turnover = shape.turnover ? unknowns - 1 : -1
  const onTop = (cost: Code): Code => (turnover < 0 ? cost : pair.add(cost, get(thetas[turnover]!)))
  const signOf = pair.without(pair.constant(-0), get(push))
  const response: Code = curved
    ? [
        set(rate, pair.mul(pair.constant(1.5), column(source, layout.book.impact))),
        set(size, pair.add(pair.abs(get(push)), pair.abs(get(push)))),
        set(
          root,
          pair.sqrt(
            pair.add(
              pair.mul(get(rate), get(rate)),
              pair.mul(pair.mul(get(bend), line('bend')), pair.add(get(size), get(size))),
            ),
          ),
        ),
        // one division: 2|p| / ((1.5k + root)·root), × root = s, × 2 = −dd/dprice
        set(size, pair.div(get(size), pair.mul(pair.add(get(rate), get(root)), get(root)))),
        set(root, pair.mul(get(size), get(root))),
        set(trade, pair.and(pair.flip(pair.mul(get(root), get(root)), signOf), get(free))),
        set(size, pair.add(get(size), get(size))),
      ]
    : [
        set(size, pair.mul(get(bend), line('inverseBend'))),
        set(trade, pair.flip(pair.mul(pair.abs(get(push)), get(size)), signOf)),
      ]
  code.emit(
    set(bend, pair.loadBoth(zeroAddress, BYTES * (curved ? layout.gamma : layout.inverseGamma))),
    set(source, get(book)),
    forEachPair(
      [
        [pointer, 16],
        [source, 16],
      ],
      end,
      [
        loads,
        set(price, linear),
        set(
          push,
          pair.add(
            pair.least(pair.add(get(price), onTop(column(source, layout.book.costBuy))), zero),
            pair.most(pair.sub(get(price), onTop(column(source, layout.book.costSell))), zero),
          ),
        ),
        set(free, pair.differ(get(push), zero)),
        response,
        set(kept, pair.least(pair.most(get(trade), line('low')), line('high'))),
        pair.store(get(pointer), BYTES * layout.line.trade, get(kept)),
        pair.store(
          get(pointer),
          BYTES * layout.line.compliance,
          pair.and(get(size), pair.and(get(free), pair.equal(get(kept), get(trade)))),
        ),
        all.map((v, j) => set(sums[j]!, pair.add(get(sums[j]!), v === null ? get(kept) : pair.mul(get(v), get(kept))))),
        turnover < 0 ? [] : set(sums[turnover]!, pair.add(get(sums[turnover]!), pair.abs(get(kept)))),
      ],
    ),
  )
  let slope: Code = f64.constant(0)
  sums.forEach((local, j) => {
    code.emit(put(layout.sums + j, pair.sum(get(local))))
    const pulled = f64.add(entry(layout.sums + j), entry(layout.shift + j))
    const gradient = f64.sub(pulled, f64.mul(entry(layout.scale + j), entry(layout.theta + j)))
    slope = f64.add(slope, f64.mul(gradient, entry(layout.step + j)))
  })
  code.emit(put(layout.slope, slope))
  return code
}

export function curveCode(shape: KernelShape, layout: KernelLayout): FunctionCode {
  const m = layout.unknowns
  const code = new FunctionCode('curve', 1)
  const pointer = code.local(ValueType.i32)
  const [compliance, scaled] = code.locals(ValueType.v128, 2) as [number, number]
  const entries = code.locals(ValueType.v128, (m * (m + 1)) / 2)
  const { all, loads } = coefficients(layout, code, pointer)
  const body: Code[] = [loads]
  if (shape.turnover) {
    const sign = code.local(ValueType.v128)
    body.push(set(sign, signOf(column(pointer, layout.line.trade))))
    all.push(sign)
  }
  for (let i = 0, at = 0; i < m; i++) {
    const own = all[i]!
    body.push(set(scaled, own === null ? get(compliance) : pair.mul(get(compliance), get(own))))
    for (let j = 0; j <= i; j++, at++) {
      const other = all[j]!
      const term = other === null ? get(scaled) : pair.mul(get(scaled), get(other))
      body.push(set(entries[at]!, pair.add(get(entries[at]!), term)))
    }
  }
  code.emit(
    entries.map((local) => set(local, pair.constant(0))),
    forEachPair([[pointer, 16]], 0, [
      set(compliance, column(pointer, layout.line.compliance)),
      when(pair.any(get(compliance)), body),
    ]),
  )
  for (let i = 0, at = 0; i < m; i++)
    for (let j = 0; j <= i; j++, at++) code.emit(put(layout.matrix + i * m + j, pair.sum(get(entries[at]!))))
  return code
}

/** The sign of a pair of trades. */
const signOf = (trade: Code): Code => pair.flip(pair.constant(1), pair.and(pair.constant(-0), trade))

/** What `probe` would give after a step so small that the second order is below rounding. */
export function followCode(shape: KernelShape, layout: KernelLayout): FunctionCode {
  const code = new FunctionCode('follow', 1)
  const pointer = code.local(ValueType.i32)
  const [trade, compliance] = code.locals(ValueType.v128, 2) as [number, number]
  const steps = code.locals(ValueType.v128, layout.unknowns)
  const { all, loads } = coefficients(layout, code, pointer)
  let change: Code | null = null
  for (const [j, v] of all.entries()) {
    const part = v === null ? get(steps[j]!) : pair.mul(get(v), get(steps[j]!))
    change = change === null ? part : pair.add(change, part)
  }
  if (shape.turnover) change = pair.add(change!, pair.mul(signOf(get(trade)), get(steps[layout.unknowns - 1]!)))
  const moved = pair.sub(get(trade), pair.mul(get(compliance), change!))
  code.emit(
    steps.map((local, j) => [
      set(local, pair.loadBoth(zeroAddress, BYTES * (layout.step + j))),
      put(layout.theta + j, f64.add(entry(layout.origin + j), entry(layout.step + j))),
    ]),
    forEachPair([[pointer, 16]], 0, [
      set(compliance, column(pointer, layout.line.compliance)),
      when(pair.any(get(compliance)), [
        loads,
        set(trade, column(pointer, layout.line.trade)),
        pair.store(
          get(pointer),
          BYTES * layout.line.trade,
          pair.least(pair.most(moved, column(pointer, layout.line.low)), column(pointer, layout.line.high)),
        ),
      ]),
    ]),
  )
  return code
}

/** Factorisation and both substitutions, unrolled. Without square roots: one division per pivot is the longest wait. */
export function stepCode(layout: KernelLayout): FunctionCode {
  const m = layout.unknowns
  const code = new FunctionCode('step', 0)
  // rows of L·D and of L; inverse pivots
  const scaled = Array.from({ length: m }, (_, i) => code.locals(ValueType.f64, i))
  const unit = Array.from({ length: m }, (_, i) => code.locals(ValueType.f64, i))
  const inverse = code.locals(ValueType.f64, m)
  const rhs = code.locals(ValueType.f64, m)
  for (let i = 0; i < m; i++) {
    let pivot = entry(layout.matrix + i * m + i)
    let part = entry(layout.residual + i)
    for (let j = 0; j < i; j++) {
      let sum = entry(layout.matrix + i * m + j)
      for (let q = 0; q < j; q++) sum = f64.sub(sum, f64.mul(get(scaled[i]![q]!), get(unit[j]![q]!)))
      code.emit(set(scaled[i]![j]!, sum), set(unit[i]![j]!, f64.mul(get(scaled[i]![j]!), get(inverse[j]!))))
      pivot = f64.sub(pivot, f64.mul(get(scaled[i]![j]!), get(unit[i]![j]!)))
      part = f64.sub(part, f64.mul(get(unit[i]![j]!), get(rhs[j]!)))
    }
    code.emit(
      set(inverse[i]!, f64.div(f64.constant(1), f64.max(pivot, entry(layout.floor + i)))),
      set(rhs[i]!, part),
      put(layout.factor + i * m + i, get(inverse[i]!)),
      unit[i]!.map((local, j) => put(layout.factor + i * m + j, get(local))),
    )
  }
  for (let i = m - 1; i >= 0; i--) {
    let part = f64.mul(get(rhs[i]!), get(inverse[i]!))
    for (let q = i + 1; q < m; q++) part = f64.sub(part, f64.mul(get(unit[q]![i]!), get(rhs[q]!)))
    code.emit(set(rhs[i]!, part), put(layout.step + i, get(rhs[i]!)))
  }
  return code
}

export function stepAgainCode(layout: KernelLayout): FunctionCode {
  const m = layout.unknowns
  const code = new FunctionCode('stepAgain', 0)
  const rhs = code.locals(ValueType.f64, m)
  const factor = (i: number, j: number): Code => entry(layout.factor + i * m + j)
  for (let i = 0; i < m; i++) {
    let part = entry(layout.residual + i)
    for (let j = 0; j < i; j++) part = f64.sub(part, f64.mul(factor(i, j), get(rhs[j]!)))
    code.emit(set(rhs[i]!, part))
  }
  for (let i = m - 1; i >= 0; i--) {
    let part = f64.mul(get(rhs[i]!), factor(i, i))
    for (let q = i + 1; q < m; q++) part = f64.sub(part, f64.mul(factor(q, i), get(rhs[q]!)))
    code.emit(set(rhs[i]!, part), put(layout.step + i, get(rhs[i]!)))
  }
  return code
}
