import { exposeEngine } from '../thread-link/index.ts'
import { RiskEngine } from './engine.ts'

exposeEngine(new RiskEngine())
