import { exposeEngine } from '../expose-engine.ts'
import { EchoEngine } from './echo-engine.ts'

exposeEngine(new EchoEngine())
