export {
  type EngineAnswer,
  type EngineFailure,
  type EngineOptions,
  type EngineThread,
  engineEntry,
  type RemoteEngine,
  startEngine,
} from './engine-thread.ts'
export { exposeEngine } from './expose-engine.ts'
export { transfer } from './transfer.ts'
