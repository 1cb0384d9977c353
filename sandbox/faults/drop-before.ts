import type { FaultKind } from './fault.ts'

/** The connection is reset before the engine sees the request. */
export const dropBefore: FaultKind = { kind: 'drop-before', around: async () => 'drop' }
