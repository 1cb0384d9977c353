import { exposeEngine } from '../thread-link/index.ts'
import { OptimizerEngine } from './optimizer-engine.ts'

exposeEngine(new OptimizerEngine())
