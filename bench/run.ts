import { benchDeskLoad } from './desk-load/index.ts'
import { benchDiscrete } from './discrete.ts'
import { benchDrift } from './drift.ts'
import { benchDriftExactness } from './drift-exactness.ts'
import { benchFirm } from './firm-batch.ts'
import { benchMicrostructure } from './microstructure.ts'
import { benchOptimizer } from './optimizer.ts'
import { benchOptimizerMillion } from './optimizer-million.ts'
import { benchPacing } from './pacing.ts'
import { benchRegimeChart } from './regime-chart.ts'
import { benchRegimeStudy } from './regime-study.ts'

const BENCHES: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  discrete: benchDiscrete,
  drift: benchDrift,
  'desk-load': benchDeskLoad,
  'drift-exactness': benchDriftExactness,
  firm: benchFirm,
  microstructure: benchMicrostructure,
  optimizer: benchOptimizer,
  'optimizer-million': benchOptimizerMillion,
  pacing: benchPacing,
  'regime-study': benchRegimeStudy,
  'regime-chart': benchRegimeChart,
}

const [name, ...args] = process.argv.slice(2)
const bench = name === undefined ? undefined : BENCHES[name]
if (bench === undefined) {
  console.error(`bench "${name ?? ''}" is unknown; benches are ${Object.keys(BENCHES).join(', ')}`)
  process.exitCode = 2
} else await bench(args)
