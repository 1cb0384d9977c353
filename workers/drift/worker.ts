import { exposeEngine } from '../thread-link/index.ts'
import { DriftEngine } from './drift-engine.ts'

exposeEngine(new DriftEngine())
