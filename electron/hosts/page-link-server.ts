import { z } from 'zod'
import type { LinkMessage, Wire } from '../../core/contracts/page-link.ts'
import { isDeskMethod, readArguments, refusal } from './desk-arguments.ts'
import type { RunningDesk } from './desk-factory.ts'
import { createEventGate } from './event-gate.ts'

const pageMessage = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('call'),
    id: z.number().int().nonnegative(),
    method: z.string(),
    args: z.array(z.unknown()),
  }),
  z.object({ kind: z.literal('received'), events: z.number().int().nonnegative() }),
])

/** Told of every bug met while serving, with all that is known; the page gets the name of the method only. */
export type BugReport = (what: string, error: unknown) => void

/**
 * Serves one page over one wire until the wire closes: calls of the allow-list with checked arguments, and the desk's
 * events as fast as the page takes them. Nothing that arrives can throw out of here.
 */
export function serveDesk(wire: Wire, desk: RunningDesk, report: BugReport): void {
  let open = true
  const send = (message: LinkMessage): void => {
    if (open) wire.send(message)
  }
  const gate = createEventGate(
    (name, value) => send({ kind: 'event', name, value }),
    () => desk.api.snapshot().frame,
  )
  const stopListening = [
    desk.on('frame', (value) => gate.push('frame', value)),
    desk.on('summary', (value) => gate.push('summary', value)),
    desk.on('changed', (value) => gate.push('changed', value)),
    desk.on('reset', (value) => gate.push('reset', value)),
  ]
  wire.onClose(() => {
    open = false
    for (const stop of stopListening) stop()
  })

  const answer = async (id: number, method: string, args: readonly unknown[]): Promise<void> => {
    try {
      if (!isDeskMethod(method)) {
        send({ kind: 'broken', id, message: `the desk has no method "${method.slice(0, 60)}"` })
        return
      }
      const read = readArguments(method, args)
      if (!read.ok) {
        const value = refusal(method, read.error)
        send(value ? { kind: 'answer', id, value } : { kind: 'broken', id, message: read.error })
        return
      }
      const call = desk.api[method] as (...checked: readonly unknown[]) => unknown
      const value = await call.apply(desk.api, read.value)
      send({ kind: 'answer', id, value })
    } catch (error) {
      // The error's own words may hold what must not leave the desk (a signed address, a path): they go to the log.
      report(`call ${method}`, error)
      send({ kind: 'broken', id, message: `"${method}" failed inside the desk; its log says why` })
    }
  }

  wire.onMessage((raw) => {
    const parsed = pageMessage.safeParse(raw)
    if (!parsed.success) {
      report('message of a page', new Error(`not a message of the page link: ${parsed.error.issues[0]!.message}`))
      return
    }
    const message = parsed.data
    if (message.kind === 'call') {
      void answer(message.id, message.method, message.args)
      return
    }
    try {
      gate.received(message.events)
    } catch (error) {
      report('frame for a page that fell behind', error)
    }
  })
}
