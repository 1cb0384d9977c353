import { parseArgs } from 'node:util'
import { createRandom, type Random } from '../core/random.ts'
import { type DiscreteRules, solveDiscrete } from '../workers/optimizer/index.ts'
import { type RandomProblem, randomProblem } from '../workers/optimizer/test-support/random-problems.ts'
import { randomRuledProblem } from '../workers/optimizer/test-support/random-rules.ts'
import { randomFullProblem } from '../workers/optimizer/test-support/random-terms.ts'

type Draw = (random: Random, id: string) => RandomProblem & { readonly rules: DiscreteRules | null }
const DRAWS: Readonly<Record<string, Draw>> = {
  plain: (random, id) => ({ ...randomProblem(random, id), rules: null }),
  full: (random, id) => ({ ...randomFullProblem(random, id), rules: null }),
  ruled: randomRuledProblem,
}

/**
 * Random and degenerate problems by the number: counts by status, the worst certificate, and every problem that
 * failed or was called infeasible though built around a feasible point. Problem i of a seed is the same in any slice.
 * `--terms full`: with floors, a reserve and taxed lots on top. `--terms ruled`: with tickets, minimum trades, steps and
 * losses worth a round trip as well; there "infeasible" may be right around a feasible point, but where there are no rules.
 */
export async function benchOptimizerMillion(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      count: { type: 'string', default: '1000000' },
      from: { type: 'string', default: '0' },
      seed: { type: 'string', default: '1' },
      terms: { type: 'string', default: 'plain' },
    },
  })
  const [count, from, seed] = [Number(values.count), Number(values.from), Number(values.seed)]
  const random = createRandom(seed)
  const draw = DRAWS[values.terms]
  if (draw === undefined)
    throw new Error(`terms "${values.terms}" are unknown; they are ${Object.keys(DRAWS).join(', ')}`)
  const statuses = { solved: 0, infeasible: 0, failed: 0 }
  const worst = { primalResidual: 0, dualResidual: 0, gapShare: 0 }
  const wrong: string[] = []
  let slowestMs = 0
  const start = process.hrtime.bigint()
  for (let i = from; i < from + count; i++) {
    const { problem, rules, feasiblePoint } = draw(random.fork(`r${i}`), `r${i}`)
    const before = process.hrtime.bigint()
    const solution = solveDiscrete(problem, rules)
    slowestMs = Math.max(slowestMs, Number(process.hrtime.bigint() - before) / 1e6)
    statuses[solution.status]++
    if (solution.status === 'failed') wrong.push(`${i} failed: ${solution.reason}`)
    if (solution.status === 'infeasible' && feasiblePoint !== null && rules === null)
      wrong.push(`${i} called infeasible: ${solution.reason}`)
    if (solution.status !== 'solved') continue
    const { certificate, objective } = solution
    worst.primalResidual = Math.max(worst.primalResidual, certificate.primalResidual)
    worst.dualResidual = Math.max(worst.dualResidual, certificate.dualResidual)
    // of what the certificate allows
    worst.gapShare = Math.max(worst.gapShare, certificate.gap / (1e-10 + 1e-8 * Math.abs(objective)))
  }
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  console.log(
    JSON.stringify(
      { seed, terms: values.terms, from, count, ...statuses, worst, wrong, slowestMs, seconds },
      null,
      values.json ? 0 : 2,
    ),
  )
}
