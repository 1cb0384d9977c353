import { exposeEngine } from '../thread-link/index.ts'
import { MicrostructureEngine } from './microstructure-engine.ts'

exposeEngine(new MicrostructureEngine())
