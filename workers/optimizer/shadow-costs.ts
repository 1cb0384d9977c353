import type { Covariance, RebalanceProblem } from './problem.ts'
import { naiveCosts } from './trade-cost.ts'

/** What a one-period cost is shaped by. */
export interface ShadowShape {
  /** H, years: the risk scale of a problem is γ·H. */
  readonly horizonYears: number
  /** For how long trades push the price together: what is spread over more time than this costs less. A day. */
  readonly impactMemoryYears: number
  /** Time between two looks at the book; 0 where it is watched all the time. */
  readonly monitoredEveryYears: number
}

export interface OneLine {
  /** ε, one-way, fraction of traded value. */
  readonly cost: number
  /** k of k·|Δ|^{3/2}. */
  readonly impact: number
  /** σ of the asset per year. */
  readonly volatility: number
  /** π, target weight. */
  readonly target: number
  /** γ. */
  readonly riskAversion: number
}

export interface ShadowCosts {
  readonly cost: number
  readonly impact: number
}

/** −ζ(½)/√(2π): a barrier that is looked at now and then is passed by this many steps' deviations (Broadie, Glasserman and Kou 1997). */
const OVERSHOOT = 0.5826
/** Targets nearer to 0 or 1 than this count as this far: a line that hardly moves would have no cost at all. */
const NEAREST_TARGET = 1e-3
/** A line below this volatility keeps its one-period costs: its risk says nothing about when to trade it. */
const QUIET_VOLATILITY = 0.05

/**
 * Costs with which the one-period problem trades as the dynamic one does: a trade made today is worth something until
 * it would be undone, not for a horizon that is the same for every asset.
 *
 * Proportional cost alone. The dynamic no-trade half-width is `h = (3/2·π²(1−π)²·ε/γ)^{1/3}`; the one-period solver's
 * is `c/(γHσ²)`, so `c_eff = γHσ²·h`, of the shape ε^{1/3}·σ²·(π(1−π))^{2/3}. Looked at every τ years only, the best
 * barrier is `0.5826·π(1−π)σ√τ` nearer.
 *
 * Impact alone, k·|Δ|^{3/2} a day (memory m): per time it costs κ·|u|^{3/2} of the speed u, κ = k√m. The stationary
 * Bellman equation without its diffusion, ½γσ²y² = max_u (V′u − κu^{3/2}), gives
 *
 *     V′(y) = (27/8·κ²γσ²·y²)^{1/3},   u = (γσ²/κ)^{2/3}·y^{4/3} = A·y^{4/3},
 *
 * and diffusion π(1−π)σ against that speed keeps y near `y₀ = ((π(1−π)σ)²/A)^{3/7}`. The one-period trade of a day at
 * y₀ is u·m for `k_eff = γHσ²·y₀^{1/3}/(1.5·√(A·m))`.
 *
 * Both. Trading begins where V′ exceeds ε: with impact alone at `y_c = ε^{3/2}/√(27/8·κ²γσ²)`. The two widths join as
 * `1/(1/h + 1/y_c)`, and k_eff is divided by `√(1 + y_c/3h)`, as trading then happens at the edge of a band that cost
 * holds. The joining is fitted, to dynamic programming; the tests keep it within 2 % of that optimum.
 */
export function shadowCosts(line: OneLine, shape: ShadowShape): ShadowCosts {
  const { cost: epsilon, impact: k, volatility: sigma, riskAversion: gamma } = line
  const target = Math.min(1 - NEAREST_TARGET, Math.max(NEAREST_TARGET, line.target))
  const mobility = target * (1 - target)
  const curvature = gamma * shape.horizonYears * sigma ** 2
  const watched = Math.cbrt((1.5 * mobility ** 2 * Math.max(0, epsilon)) / gamma)
  const width = Math.max(watched / 4, watched - OVERSHOOT * mobility * sigma * Math.sqrt(shape.monitoredEveryYears))
  // a rebate is no cost: it stays what it is
  const linear = (halfWidth: number): number => (epsilon > 0 ? curvature * halfWidth : epsilon)
  if (!(k > 0)) return { cost: linear(width), impact: 0 }
  const kappa = k * Math.sqrt(shape.impactMemoryYears)
  const speed = ((gamma * sigma ** 2) / kappa) ** (2 / 3)
  const usual = ((mobility * sigma) ** 2 / speed) ** (3 / 7)
  const impact = (curvature * Math.cbrt(usual)) / (1.5 * Math.sqrt(speed * shape.impactMemoryYears))
  if (!(epsilon > 0)) return { cost: epsilon, impact }
  const begins = epsilon ** 1.5 / Math.sqrt((27 / 8) * kappa ** 2 * gamma * sigma ** 2)
  return { cost: linear(1 / (1 / width + 1 / begins)), impact: impact / Math.sqrt(1 + begins / (3 * width)) }
}

/**
 * The problem with shadow costs in place of its own; every line by its own volatility and target. What is paid from
 * cash stays the real cost, which a reserve would no longer see: it becomes a bound on cash, above the reserve by what
 * the whole way to the aim would really cost.
 */
export function shapeProblem(problem: RebalanceProblem, shape: ShadowShape): RebalanceProblem {
  const n = problem.current.length
  const riskAversion = problem.riskScale / shape.horizonYears
  if (!(riskAversion > 0)) return problem
  const [costBuy, costSell, impact] = [problem.costBuy.slice(), problem.costSell.slice(), problem.impact.slice()]
  for (let i = 0; i < n; i++) {
    const volatility = Math.sqrt(varianceOf(problem.covariance, n, i))
    if (volatility < QUIET_VOLATILITY) continue
    const line = { impact: problem.impact[i]!, volatility, target: problem.aim[i]!, riskAversion }
    const buy = shadowCosts({ ...line, cost: problem.costBuy[i]! }, shape)
    const sell = shadowCosts({ ...line, cost: problem.costSell[i]! }, shape)
    costBuy[i] = buy.cost
    costSell[i] = Math.max(sell.cost, -buy.cost)
    impact[i] = (buy.impact + sell.impact) / 2
  }
  const shaped = { ...problem, costBuy, costSell, impact }
  if (problem.reserve === null) return shaped
  const { linear, impact: paid } = naiveCosts(problem).total
  const { asset, weight } = problem.reserve
  const lower = problem.lower.slice()
  lower[asset] = Math.min(problem.upper[asset]!, Math.max(lower[asset]!, weight + linear + paid))
  return { ...shaped, lower, reserve: null }
}

/** Beyond these factors a horizon follows no further. */
const LARGEST_STRETCH = 4

/**
 * The horizon in which as much variance comes together as in `horizonYears` at the reference variance: a trade is
 * undone when the weight has wandered across its band, and that takes a time of 1/σ². Slow variance, so that a storm of
 * days moves nothing. With shadow costs the horizon cancels out of a trade; it weighs what is not shaped: views, taxes,
 * quiet lines.
 */
export function horizonFollowing(slowVariance: number, referenceVariance: number, horizonYears: number): number {
  if (!(slowVariance > 0)) return horizonYears
  const stretch = Math.min(LARGEST_STRETCH, Math.max(1 / LARGEST_STRETCH, referenceVariance / slowVariance))
  return horizonYears * stretch
}

function varianceOf(covariance: Covariance, n: number, i: number): number {
  if (covariance.kind === 'dense') return covariance.matrix[i * n + i]!
  const { factorCount, loadings, specific } = covariance
  let variance = specific[i]!
  for (let f = 0; f < factorCount; f++) variance += loadings[i * factorCount + f]! ** 2
  return variance
}
