/**
 * The first method tried for this problem, kept as the baseline every benchmark runs again: the same dual Newton on
 * factors and two rows (budget with cash as its slack, one group cap), one book at a time, scalar, with code generated
 * and unrolled for its size, and no certificate. Its answers are checked against the engine's before anything is timed.
 */
export interface PrototypeMethod {
  /** All but cash's weights of the last book. */
  readonly x: Float64Array
  /** Starts from where the last book ended when `warm`. Book columns start at `at`; returns the Newton steps taken. */
  solve(book: PrototypeBook, at: number, gamma: number, low: number, high: number, cap: number, warm: boolean): number
  /** θ, to be kept per book for warm starts. */
  readonly theta: Float64Array
}

/** Columns of many books; `cash` marks 0 for the budget's slack, 1 elsewhere. */
export interface PrototypeBook {
  readonly loadings: Float64Array
  readonly specific: Float64Array
  readonly risky: Float64Array
  readonly aim: Float64Array
  readonly current: Float64Array
  readonly lower: Float64Array
  readonly upper: Float64Array
  readonly costBuy: Float64Array
  readonly costSell: Float64Array
  readonly impact: Float64Array
  readonly members: Float64Array
}

const TOLERANCE = 1e-9
const MAXIMUM_STEPS = 100

export function makePrototype(size: number, factors: number): PrototypeMethod {
  const m = factors + 2
  const each = (make: (j: number) => string, separator = ','): string =>
    Array.from({ length: factors }, (_, j) => make(j)).join(separator)
  const unknowns = [...Array.from({ length: factors }, (_, j) => `b${j}`), 'ami', 'gi']
  const triangle = unknowns.flatMap((_, i) => Array.from({ length: i + 1 }, (__, j) => [i, j] as const))
  const evaluate = `
  function evaluate(th, book, gamma, o) {
    const B = book.loadings, D = book.specific, A = book.risky, t = book.aim, w = book.current, lo = book.lower
    const hi = book.upper, cp = book.costBuy, cm = book.costSell, k = book.impact, g = book.members
    const ${each((j) => `y${j} = th[${j}] * gamma`)}, mu0 = th[${factors}], mu1 = th[${factors + 1}]
    let ${unknowns.map((_, j) => `g${j} = 0`).join(',')}
    let ${triangle.map(([i, j]) => `h${i}_${j} = 0`).join(',')}
    for (let i = 0; i < ${size}; i++) {
      const bo = i * ${factors}
      const ${each((j) => `b${j} = B[bo + ${j}]`)}, ami = A[i], gi = g[o + i], wi = w[o + i], ti = t[o + i]
      const gd = D[i] * gamma, ki = k[o + i]
      const r0 = gd * (wi - ti) + ${each((j) => `b${j} * y${j}`, '+')} + mu0 * ami + mu1 * gi
      let z = 0, a = 0
      const rb = r0 + cp[o + i], rs = r0 - cm[o + i]
      if (rb < 0) {
        if (ki > 0) { const K = 1.5 * ki, s = -2 * rb / (K + Math.sqrt(K * K - 4 * gd * rb)); z = s * s; a = 2 * s / (2 * gd * s + K) }
        else { a = 1 / gd; z = -rb * a }
      } else if (rs > 0) {
        if (ki > 0) { const K = 1.5 * ki, s = 2 * rs / (K + Math.sqrt(K * K + 4 * gd * rs)); z = -s * s; a = 2 * s / (2 * gd * s + K) }
        else { a = 1 / gd; z = -rs * a }
      }
      let x = wi + z
      const l = lo[o + i], h = hi[o + i]
      if (x < l) { x = l; a = 0 } else if (x > h) { x = h; a = 0 }
      X[i] = x
      const e = x - ti
      ${each((j) => `g${j} += b${j} * e`, '\n')}
      g${factors} += ami * x
      g${factors + 1} += gi * x
      if (a > 0) {
        ${unknowns.map((name, i) => `const u${i} = a * ${name}`).join('\n')}
        ${triangle.map(([i, j]) => `h${i}_${j} += u${i} * ${unknowns[j]}`).join('\n')}
      }
    }
    ${unknowns.map((_, j) => `GN[${j}] = g${j}${j < factors ? ` - th[${j}]` : ''}`).join('\n')}
    ${triangle.map(([i, j]) => `H[${i * m + j}] = h${i}_${j}`).join('\n')}
  }`
  const source = `
  const X = new Float64Array(${size}), TH = new Float64Array(${m}), TN = new Float64Array(${m})
  const G = new Float64Array(${m}), GN = new Float64Array(${m}), P = new Float64Array(${m}), rhs = new Float64Array(${m})
  const H = new Float64Array(${m * m}), L = new Float64Array(${m * m}), act = new Int32Array(${m})
  const LO = new Float64Array(${m}), HI = new Float64Array(${m})
  ${evaluate}
  function residual(mu, sum, lo, hi) {
    if (mu > 0) return sum - hi
    if (mu < 0) return sum - lo
    if (sum > hi) return sum - hi
    return sum < lo ? sum - lo : 0
  }
  function direction(gamma) {
    const ig = 1 / gamma
    for (let attempt = 0; attempt < 3; attempt++) {
      for (let i = 0; i < ${m}; i++) {
        rhs[i] = G[i]
        if (!act[i]) { for (let j = 0; j < i; j++) L[i * ${m} + j] = 0; L[i * ${m} + i] = 1; rhs[i] = 0; continue }
        for (let j = 0; j < i; j++) {
          if (!act[j]) { L[i * ${m} + j] = 0; continue }
          let s = H[i * ${m} + j]
          for (let q = 0; q < j; q++) s -= L[i * ${m} + q] * L[j * ${m} + q]
          L[i * ${m} + j] = s * L[j * ${m} + j]
        }
        let d = H[i * ${m} + i] + (i < ${factors} ? ig : 0)
        const d0 = d
        for (let q = 0; q < i; q++) d -= L[i * ${m} + q] * L[i * ${m} + q]
        const floor = i < ${factors} ? 0 : 1e-11 * d0 + 1e-2 * ig
        if (d < floor) d = floor
        L[i * ${m} + i] = 1 / Math.sqrt(d)
      }
      for (let i = 0; i < ${m}; i++) { let s = rhs[i]; for (let q = 0; q < i; q++) s -= L[i * ${m} + q] * rhs[q]; rhs[i] = s * L[i * ${m} + i] }
      for (let i = ${m - 1}; i >= 0; i--) {
        let s = rhs[i]
        for (let q = i + 1; q < ${m}; q++) s -= L[q * ${m} + i] * rhs[q]
        rhs[i] = s * L[i * ${m} + i]
        P[i] = i < ${factors} ? rhs[i] * ig : act[i] ? rhs[i] : 0
      }
      let bad = 0
      for (let i = ${factors}; i < ${m}; i++) if (act[i] && TH[i] === 0 && G[i] * P[i] <= 0) { act[i] = 0; bad = 1 }
      if (!bad) break
    }
  }
  function search(book, gamma, o, steps) {
    let slope = 0
    for (let i = 0; i < ${m}; i++) if (act[i]) slope += G[i] * (i < ${factors} ? P[i] * gamma : P[i])
    let longest = 1e300, stopping = -1
    for (let i = ${factors}; i < ${m}; i++) {
      const mu = TH[i], q = P[i]
      if (LO[i] !== HI[i] && ((mu > 0 && q < 0) || (mu < 0 && q > 0)) && -mu / q < longest) { longest = -mu / q; stopping = i }
    }
    let al = 1, alLo = 0, alHi = 1e300, dLo = slope, dHi = 0
    if (al > longest) al = longest
    const over = steps < 8 ? -0.8 * slope : -0.1 * slope, under = steps < 8 ? 0.9 * slope : 0.5 * slope
    for (let ls = 0; ls < 30; ls++) {
      for (let i = 0; i < ${m}; i++) TN[i] = TH[i] + al * P[i]
      if (stopping >= 0 && al >= longest) TN[stopping] = 0
      evaluate(TN, book, gamma, o)
      let dd = 0
      for (let i = 0; i < ${factors}; i++) dd += GN[i] * gamma * P[i]
      for (let i = ${factors}; i < ${m}; i++) {
        const q = P[i]
        if (q !== 0) { const side = TH[i] !== 0 ? TH[i] : q; dd += (GN[i] - (side > 0 ? HI[i] : LO[i])) * q }
      }
      if (dd < over) {
        alHi = al; dHi = dd
        const na = alLo + (al - alLo) * dLo / (dLo - dd), wd = alHi - alLo
        al = Math.max(alLo + 0.05 * wd, Math.min(alHi - 0.05 * wd, na))
      } else if (dd > under && alHi > 1e299 && al < longest && al < 1e8) {
        alLo = al; dLo = dd; al *= 8
        if (al > longest) al = longest
      } else if (dd > under && alHi < 1e299 && alHi - alLo > 1e-6 * alHi) {
        alLo = al; dLo = dd
        const na = alLo + (alHi - alLo) * dLo / (dLo - dHi), wd = alHi - alLo
        al = Math.max(alLo + 0.05 * wd, Math.min(alHi - 0.05 * wd, na))
      } else break
    }
    for (let i = 0; i < ${m}; i++) TH[i] = TN[i]
  }
  function solve(book, o, gamma, low, high, cap, warm) {
    LO[${factors}] = low; HI[${factors}] = high; LO[${factors + 1}] = -1e300; HI[${factors + 1}] = cap
    if (!warm) {
      TH.fill(0)
      for (let i = 0; i < ${size}; i++) {
        const e = book.current[o + i] - book.aim[o + i]
        for (let j = 0; j < ${factors}; j++) TH[j] += book.loadings[i * ${factors} + j] * e
      }
    }
    evaluate(TH, book, gamma, o)
    let steps = 0
    for (; steps < ${MAXIMUM_STEPS}; steps++) {
      let worst = 0
      for (let j = 0; j < ${factors}; j++) { G[j] = GN[j]; act[j] = 1; worst = Math.max(worst, Math.abs(GN[j])) }
      for (let j = ${factors}; j < ${m}; j++) {
        const r = residual(TH[j], GN[j], LO[j], HI[j])
        G[j] = r; act[j] = TH[j] !== 0 || r !== 0 ? 1 : 0
        worst = Math.max(worst, Math.abs(r))
      }
      if (worst < ${TOLERANCE}) break
      direction(gamma)
      search(book, gamma, o, steps)
    }
    return steps
  }
  return { x: X, theta: TH, solve }`
  return (new Function(source) as () => PrototypeMethod)()
}
