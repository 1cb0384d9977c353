import { exposeEngine } from '../thread-link/index.ts'
import { RegimeEngine } from './engine.ts'

exposeEngine(new RegimeEngine())
