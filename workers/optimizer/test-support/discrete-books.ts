import type { Random } from '../../../core/random.ts'
import { problemOfBatch } from '../book-batch.ts'
import type { DiscreteRules } from '../discrete/discrete-rules.ts'
import type { RebalanceProblem } from '../problem.ts'
import { generateBooks, generateUniverse } from './generated-books.ts'

/** Which rules a generated book has. */
export type RuleKind = 'tickets' | 'minimum' | 'both' | 'steps' | 'all'

/** Seeded books as an advisor has them: realistic costs, bands and a group cap, cash last, and discrete rules. */
export function discreteBook(
  random: Random,
  size: number,
  kind: RuleKind,
): { readonly problem: RebalanceProblem; readonly rules: DiscreteRules } {
  const universe = generateUniverse(random.fork('universe'), size)
  const { batch } = generateBooks(random.fork('books'), universe, 1, random.next() < 0.5)
  const problem = problemOfBatch(batch, 0)
  const column = (make: () => number): Float64Array =>
    Float64Array.from({ length: size }, (_, i) => (i === size - 1 ? 0 : make()))
  const none = new Float64Array(size)
  const tickets = kind === 'tickets' || kind === 'both' || kind === 'all'
  const minimum = kind === 'minimum' || kind === 'both' || kind === 'all'
  const steps = kind === 'steps' || kind === 'all'
  const [ticket, least, step] = [10 ** random.between(-6, -3.7), 10 ** random.between(-3, -1.7), random.between(-4, -2)]
  return {
    problem,
    rules: {
      // 0.01 to 2 bps of the book a ticket
      ticket: tickets ? column(() => ticket) : none,
      // 0.1 % to 2 % of the book
      minimumTrade: minimum ? column(() => least) : none,
      step: steps ? column(() => 10 ** (step + random.between(-0.5, 0.5))) : none,
      cash: size - 1,
    },
  }
}
