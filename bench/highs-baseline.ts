import loadHighs from 'highs'
import type { RebalanceProblem } from '../workers/optimizer/index.ts'

export interface HighsBaseline {
  /** Solves a problem written by `writeLp`; false where highs gives up. */
  solve(text: string): boolean
}

export async function loadBaseline(): Promise<HighsBaseline> {
  const highs = await loadHighs()
  return {
    solve(text) {
      try {
        return highs.solve(text).Status === 'Optimal'
      } catch {
        return false
      }
    },
  }
}

const term = (coefficient: number, name: string): string =>
  `${coefficient < 0 ? '-' : '+'} ${Math.abs(coefficient)} ${name}`

/** A problem with k = 0 in CPLEX LP form, risk through its factors: what a general solver is best given. */
export function writeLp(problem: RebalanceProblem): string {
  const { covariance, current, aim, lower, upper, costBuy, costSell, riskScale } = problem
  if (covariance.kind !== 'factors') throw new Error('the baseline takes factor covariances')
  const { factorCount, loadings, specific } = covariance
  const n = current.length
  const lines = Array.from({ length: n }, (_, i) => i)
  const factors = Array.from({ length: factorCount }, (_, f) => f)
  // ½γ(Σ f² + Σ s(x − a)²), the squares' constants left out
  const squares = [
    ...factors.map((f) => `${riskScale} f${f} ^2`),
    ...lines.filter((i) => specific[i]! > 0).map((i) => `${riskScale * specific[i]!} x${i} ^2`),
  ]
  const linear = lines.flatMap((i) => [
    term(costBuy[i]!, `p${i}`),
    term(costSell[i]!, `q${i}`),
    ...(specific[i]! > 0 ? [term(-riskScale * specific[i]! * aim[i]!, `x${i}`)] : []),
  ])
  const exposures = factors.map((f) => {
    const terms = lines.map((i) => term(loadings[i * factorCount + f]!, `x${i}`))
    const aimed = lines.reduce((sum, i) => sum + loadings[i * factorCount + f]! * aim[i]!, 0)
    return ` e${f}: ${terms.join('\n ')} - f${f} = ${aimed}`
  })
  const groups = problem.groupCaps
    .filter(({ members }) => members.length > 0)
    .map(({ members, cap }, g) => ` g${g}: ${members.map((i) => term(1, `x${i}`)).join('\n ')} <= ${cap}`)
  return [
    'Minimize',
    ` obj: ${linear.join('\n ')} + [ ${squares.join('\n + ')} ] / 2`,
    'Subject To',
    ` budget: ${lines.map((i) => term(1, `x${i}`)).join('\n ')} = 1`,
    ...lines.map((i) => ` t${i}: x${i} - p${i} + q${i} = ${current[i]!}`),
    ...exposures,
    ...groups,
    'Bounds',
    ...lines.map((i) => ` ${lower[i]!} <= x${i} <= ${upper[i]!}`),
    ...factors.map((f) => ` f${f} free`),
    'End',
  ].join('\n')
}
