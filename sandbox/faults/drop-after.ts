import type { FaultKind } from './fault.ts'

/** The engine executes the request, then the connection is reset: the reply is lost. */
export const dropAfter: FaultKind = {
  kind: 'drop-after',
  async around(call) {
    await call.execute()
    return 'drop'
  },
}
