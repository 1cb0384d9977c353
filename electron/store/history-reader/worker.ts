import { exposeEngine } from '../../../workers/thread-link/index.ts'
import { HistoryEngine } from './history-engine.ts'

exposeEngine(new HistoryEngine())
