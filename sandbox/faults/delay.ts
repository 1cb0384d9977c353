import type { FaultKind } from './fault.ts'

/** The request arrives late (and may have expired by then), or the reply does. */
export const delay: FaultKind = {
  kind: 'delay',
  async around(call, settings) {
    if (settings.when === 'before') {
      await call.wait(settings.ms)
      return call.execute()
    }
    const answer = await call.execute()
    await call.wait(settings.ms)
    return answer
  },
}
