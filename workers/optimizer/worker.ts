import { exposeEngine } from '../thread-link/index.ts'
import { OptimizerEngine } from './engine.ts'

exposeEngine(new OptimizerEngine())
