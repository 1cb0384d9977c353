import {
  assembleModule,
  type Code,
  FunctionCode,
  f64,
  forEachRecord,
  get,
  pair,
  set,
  ValueType,
  when,
  zeroAddress,
} from './wasm-module.ts'

/** What a kernel is specialised for. */
export interface KernelShape {
  readonly factors: number
  /** Budget first, then groups. */
  readonly rows: number
  /** Whether any line has a 3/2-power cost; without, the responses need no square roots. */
  readonly impact: boolean
  /** Whether Σ|d| is limited: one more unknown, the last, whose price adds to the cost of both sides. */
  readonly turnover: boolean
}

/**
 * Lines stand in memory in pairs, one record of columns per pair (two doubles per column): after these columns come the
 * rows' coefficients (without the budget's, which are 1) and the factor loadings.
 */
export const Column = {
  low: 0,
  high: 1,
  /** Marginal value at no trade, without factors and rows; before `begin`: w − aim. */
  base: 2,
  costBuy: 3,
  costSell: 4,
  /** 1.5·k. */
  impact: 5,
  /** γ × specific variance; its inverse where there is no impact. */
  curvature: 6,
  /** Before `begin`: the trade to start from. */
  trade: 7,
  /** −d trade / d price: 0 for a line that rests on a bound or does not trade. */
  compliance: 8,
  count: 9,
} as const

/** Where everything stands, in doubles; one entry per unknown where nothing else is said. */
export interface KernelLayout {
  readonly unknowns: number
  /** Factor exposures × γ, then row prices: origin + length·step, and 0 where `keep` is. */
  readonly theta: number
  readonly origin: number
  readonly keep: number
  readonly step: number
  /** The gradient along θ is sums + shift − scale·θ. */
  readonly shift: number
  readonly scale: number
  /** Bᵀd, then row sums. */
  readonly sums: number
  /** How far to go, the dual's slope along the step there, and γ: one entry each. */
  readonly length: number
  readonly slope: number
  readonly gamma: number
  /** Σ compliance·v vᵀ, full rows, lower triangle. */
  readonly matrix: number
  readonly residual: number
  /** Smallest pivots allowed. */
  readonly floor: number
  readonly records: number
  readonly stride: number
}

export function layoutOf({ factors, rows, turnover }: KernelShape): KernelLayout {
  const m = factors + rows + (turnover ? 1 : 0)
  const records = 9 * m + 3 + m * m
  return {
    unknowns: m,
    theta: 0,
    origin: m,
    keep: 2 * m,
    step: 3 * m,
    shift: 4 * m,
    scale: 5 * m,
    sums: 6 * m,
    residual: 7 * m,
    floor: 8 * m,
    length: 9 * m,
    slope: 9 * m + 1,
    gamma: 9 * m + 2,
    matrix: 9 * m + 3,
    records: records + (records % 2),
    stride: 2 * (Column.count + rows - 1 + factors),
  }
}

/** The kernel's functions; all work on the memory they were made with. `end` is the byte after the last record. */
export interface LineKernel {
  /** Distances, trades and γ → exposures (shift), θ of the factors, and what the diagonal adds to base. */
  begin(end: number): void
  /** θ at a length along the step → every line's best trade and compliance, their sums, and the slope. */
  probe(end: number): void
  /** Compliances → matrix, lower triangle. */
  curve(end: number): void
  /** matrix·step = residual by L D Lᵀ, pivots no smaller than their floor. */
  step(): void
}

const modules = new Map<string, WebAssembly.Module>()

/** Compiled once per shape and thread. */
export function createLineKernel(shape: KernelShape, memory: WebAssembly.Memory): LineKernel {
  const key = `${shape.factors} ${shape.rows} ${shape.impact} ${shape.turnover}`
  let module = modules.get(key)
  if (module === undefined) {
    module = new WebAssembly.Module(
      assembleModule([beginCode(shape), probeCode(shape), curveCode(shape), stepCode(shape)]),
    )
    modules.set(key, module)
  }
  return new WebAssembly.Instance(module, { host: { memory } }).exports as unknown as LineKernel
}

const BYTES = 8

const entry = (at: number): Code => f64.load(zeroAddress, BYTES * at)

/** Coefficients of every unknown over the pair of lines at `pointer`: locals and their loads; the budget's are 1. */
function coefficients(
  shape: KernelShape,
  code: FunctionCode,
  pointer: number,
): { all: (number | null)[]; loads: Code } {
  const all: (number | null)[] = []
  const loads: Code[] = []
  const load = (column: number): void => {
    const local = code.local(ValueType.v128)
    all.push(local)
    loads.push(set(local, pair.load(get(pointer), 2 * BYTES * column)))
  }
  for (let f = 0; f < shape.factors; f++) load(Column.count + shape.rows - 1 + f)
  all.push(null)
  for (let r = 1; r < shape.rows; r++) load(Column.count + r - 1)
  return { all, loads }
}

function beginCode(shape: KernelShape): FunctionCode {
  const layout = layoutOf(shape)
  const { factors, rows } = shape
  const code = new FunctionCode('begin', 1)
  const pointer = code.local(ValueType.i32)
  const [distance, reached] = code.locals(ValueType.v128, 2) as [number, number]
  const exposures = code.locals(ValueType.v128, factors)
  const starts = code.locals(ValueType.v128, factors)
  const column = (at: number): Code => pair.load(get(pointer), 2 * BYTES * at)
  const add = (local: number, value: Code): Code => set(local, pair.add(get(local), value))
  const curvature = column(Column.curvature)
  const own = shape.impact ? pair.mul(get(distance), curvature) : pair.div(get(distance), curvature)
  code.emit(
    [...exposures, ...starts].map((local) => set(local, pair.constant(0))),
    forEachRecord(pointer, BYTES * layout.records, 0, BYTES * layout.stride, [
      set(distance, column(Column.base)),
      set(reached, pair.add(get(distance), column(Column.trade))),
      exposures.map((local, f) => add(local, pair.mul(get(distance), column(Column.count + rows - 1 + f)))),
      starts.map((local, f) => add(local, pair.mul(get(reached), column(Column.count + rows - 1 + f)))),
      pair.store(get(pointer), 2 * BYTES * Column.base, own),
    ]),
  )
  for (let f = 0; f < factors; f++)
    code.emit(
      f64.store(zeroAddress, BYTES * (layout.shift + f), pair.sum(get(exposures[f]!))),
      f64.store(zeroAddress, BYTES * (layout.theta + f), f64.mul(entry(layout.gamma), pair.sum(get(starts[f]!)))),
    )
  return code
}

/**
 * Every line minimises base·d + λᵀv·d + ½·curvature·d² + cost(d) over its bounds. Beyond the linear cost the price
 * leaves a push p; with s = √|d|: curvature·s² + 1.5k·s = p, whose root needs no cancellation as written here.
 */
function probeCode(shape: KernelShape): FunctionCode {
  const layout = layoutOf(shape)
  const code = new FunctionCode('probe', 1)
  const pointer = code.local(ValueType.i32)
  const thetas = code.locals(ValueType.v128, layout.unknowns)
  const sums = code.locals(ValueType.v128, layout.unknowns)
  const [price, push, free, trade, kept] = code.locals(ValueType.v128, 5) as [number, number, number, number, number]
  const [size, root] = code.locals(ValueType.v128, 2) as [number, number]
  const { all, loads } = coefficients(shape, code, pointer)
  const column = (at: number): Code => pair.load(get(pointer), 2 * BYTES * at)
  const zero = pair.constant(0)
  thetas.forEach((local, j) => {
    const ahead = f64.mul(entry(layout.length), entry(layout.step + j))
    const theta = f64.mul(entry(layout.keep + j), f64.add(entry(layout.origin + j), ahead))
    code.emit(
      f64.store(zeroAddress, BYTES * (layout.theta + j), theta),
      set(local, pair.loadBoth(zeroAddress, BYTES * (layout.theta + j))),
      set(sums[j]!, zero),
    )
  })
  let linear = column(Column.base)
  all.forEach((v, j) => {
    linear = pair.add(linear, v === null ? get(thetas[j]!) : pair.mul(get(v), get(thetas[j]!)))
  })
  const turnover = shape.turnover ? layout.unknowns - 1 : -1
  const onTop = (cost: Code): Code => (turnover < 0 ? cost : pair.add(cost, get(thetas[turnover]!)))
  const signOf = pair.without(pair.constant(-0), get(push))
  const response: Code = shape.impact
    ? [
        set(size, pair.abs(get(push))),
        set(
          root,
          pair.sqrt(
            pair.add(
              pair.mul(column(Column.impact), column(Column.impact)),
              pair.mul(pair.constant(4), pair.mul(column(Column.curvature), get(size))),
            ),
          ),
        ),
        // s, then d = s² and its derivative 2s/root
        set(size, pair.div(pair.add(get(size), get(size)), pair.add(column(Column.impact), get(root)))),
        set(trade, pair.and(pair.flip(pair.mul(get(size), get(size)), signOf), get(free))),
        set(size, pair.div(pair.add(get(size), get(size)), get(root))),
      ]
    : [set(size, column(Column.curvature)), set(trade, pair.flip(pair.mul(pair.abs(get(push)), get(size)), signOf))]
  code.emit(
    forEachRecord(pointer, BYTES * layout.records, 0, BYTES * layout.stride, [
      loads,
      set(price, linear),
      set(
        push,
        pair.add(
          pair.least(pair.add(get(price), onTop(column(Column.costBuy))), zero),
          pair.most(pair.sub(get(price), onTop(column(Column.costSell))), zero),
        ),
      ),
      set(free, pair.differ(get(push), zero)),
      response,
      set(kept, pair.least(pair.most(get(trade), column(Column.low)), column(Column.high))),
      pair.store(get(pointer), 2 * BYTES * Column.trade, get(kept)),
      pair.store(
        get(pointer),
        2 * BYTES * Column.compliance,
        pair.and(get(size), pair.and(get(free), pair.equal(get(kept), get(trade)))),
      ),
      all.map((v, j) => set(sums[j]!, pair.add(get(sums[j]!), v === null ? get(kept) : pair.mul(get(v), get(kept))))),
      turnover < 0 ? [] : set(sums[turnover]!, pair.add(get(sums[turnover]!), pair.abs(get(kept)))),
    ]),
  )
  let slope: Code = f64.constant(0)
  sums.forEach((local, j) => {
    code.emit(f64.store(zeroAddress, BYTES * (layout.sums + j), pair.sum(get(local))))
    const pulled = f64.add(entry(layout.sums + j), entry(layout.shift + j))
    const gradient = f64.sub(pulled, f64.mul(entry(layout.scale + j), entry(layout.theta + j)))
    slope = f64.add(slope, f64.mul(gradient, entry(layout.step + j)))
  })
  code.emit(f64.store(zeroAddress, BYTES * layout.slope, slope))
  return code
}

function curveCode(shape: KernelShape): FunctionCode {
  const layout = layoutOf(shape)
  const m = layout.unknowns
  const code = new FunctionCode('curve', 1)
  const pointer = code.local(ValueType.i32)
  const [compliance, scaled] = code.locals(ValueType.v128, 2) as [number, number]
  const entries = code.locals(ValueType.v128, (m * (m + 1)) / 2)
  const { all, loads } = coefficients(shape, code, pointer)
  const body: Code[] = [loads]
  if (shape.turnover) {
    // the sign of the trade
    const sign = code.local(ValueType.v128)
    const trade = pair.load(get(pointer), 2 * BYTES * Column.trade)
    body.push(set(sign, pair.flip(pair.constant(1), pair.and(pair.constant(-0), trade))))
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
    forEachRecord(pointer, BYTES * layout.records, 0, BYTES * layout.stride, [
      set(compliance, pair.load(get(pointer), 2 * BYTES * Column.compliance)),
      when(pair.any(get(compliance)), body),
    ]),
  )
  for (let i = 0, at = 0; i < m; i++)
    for (let j = 0; j <= i; j++, at++)
      code.emit(f64.store(zeroAddress, BYTES * (layout.matrix + i * m + j), pair.sum(get(entries[at]!))))
  return code
}

/** Factorisation and both substitutions, unrolled. Without square roots: one division per pivot is the longest wait. */
function stepCode(shape: KernelShape): FunctionCode {
  const layout = layoutOf(shape)
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
    code.emit(set(inverse[i]!, f64.div(f64.constant(1), f64.max(pivot, entry(layout.floor + i)))), set(rhs[i]!, part))
  }
  for (let i = m - 1; i >= 0; i--) {
    let part = f64.mul(get(rhs[i]!), get(inverse[i]!))
    for (let q = i + 1; q < m; q++) part = f64.sub(part, f64.mul(get(unit[q]![i]!), get(rhs[q]!)))
    code.emit(set(rhs[i]!, part), f64.store(zeroAddress, BYTES * (layout.step + i), get(rhs[i]!)))
  }
  return code
}
