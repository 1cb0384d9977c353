import { exposeEngine } from '../../../../workers/thread-link/index.ts'
import { GatedEngine } from './gated-engine.ts'

exposeEngine(new GatedEngine())
