import type { DriftEngine } from '../../workers/drift/index.ts'
import type { MicrostructureEngine } from '../../workers/microstructure/index.ts'
import type {
  FirmAnswer,
  FirmRequest,
  OptimizerEngine,
  RebalanceProblem,
  RebalanceSolution,
  RelaxRequest,
  StagedRelaxation,
} from '../../workers/optimizer/index.ts'
import { createPool } from '../../workers/pool.ts'
import type { RiskEngine } from '../../workers/risk/index.ts'
import { type EngineThread, startEngine } from '../../workers/thread-link/index.ts'

/** The engines in their threads. */
export interface Engines {
  readonly drift: EngineThread<DriftEngine>
  readonly microstructure: EngineThread<MicrostructureEngine>
  readonly risk: EngineThread<RiskEngine>
  /** Answers in the order asked, whatever the number of threads. A problem no thread could solve is `failed`. */
  solve(problems: readonly RebalanceProblem[]): Promise<readonly RebalanceSolution[]>
  /** The books of one firm, in one thread; null where it could not answer. */
  solveFirm(request: FirmRequest): Promise<FirmAnswer | null>
  /** The smallest relaxations of what is infeasible; null where the threads could not answer. */
  relax(requests: readonly RelaxRequest[]): Promise<readonly StagedRelaxation[] | null>
  stop(): Promise<void>
}

export function startEngines(
  workersDir: string,
  optimizerThreads: number,
  onFailure: (name: string, why: string) => void,
): Engines {
  const start = <T>(name: string): EngineThread<T> =>
    startEngine<T>(workersDir, name, { onFailure: (failure) => onFailure(name, failure.message) })
  const drift = start<DriftEngine>('drift')
  const microstructure = start<MicrostructureEngine>('microstructure')
  const risk = start<RiskEngine>('risk')
  const optimizer = createPool<OptimizerEngine>(workersDir, 'optimizer', optimizerThreads)
  return {
    drift,
    microstructure,
    risk,
    solve: async (problems) => {
      const answer = await optimizer.run(problems, (engine, part) => engine.solve([...part]))
      if (answer.ok) return answer.value
      onFailure('optimizer', answer.error.message)
      return problems.map(({ id }) => ({
        id,
        status: 'failed' as const,
        code: 'not-converged' as const,
        reason: answer.error.message,
        iterations: 0,
      }))
    },
    solveFirm: async (request) => {
      const answer = await optimizer.run([request], (engine, part) => engine.solveFirms([...part]))
      if (answer.ok) return answer.value[0]!
      onFailure('optimizer', answer.error.message)
      return null
    },
    relax: async (requests) => {
      const answer = await optimizer.run(requests, (engine, part) => engine.relax([...part]))
      if (answer.ok) return answer.value
      onFailure('optimizer', answer.error.message)
      return null
    },
    stop: async () => {
      await Promise.all([drift.stop(), microstructure.stop(), risk.stop(), optimizer.stop()])
    },
  }
}
