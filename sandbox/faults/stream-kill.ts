import type { FaultKind } from './fault.ts'

/** Sockets that should receive the frame are cut instead, without a closing handshake. */
export const streamKill: FaultKind = { kind: 'stream-kill', frame: () => 'kill' }
