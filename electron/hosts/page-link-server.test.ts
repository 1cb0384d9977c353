import { describe, expect, test } from 'vitest'
import type { LinkMessage, Wire } from '../../core/contracts/page-link.ts'
import { connectDesk } from '../../core/contracts/page-link-client.ts'
import { decodeFrame, encodeFrame } from '../../core/contracts/page-link-codec.ts'
import { unwrap } from '../../core/result.ts'
import { EVENTS_UNDER_WAY } from './event-gate.ts'
import { serveDesk } from './page-link-server.ts'
import { createFakeDesk, fakeFrame } from './testing/fake-desk.ts'

type Carry = (message: unknown) => unknown

/** Two wires joined by what a transport does to messages: a codec (WebSocket) or a clone (MessagePort). */
function joinedWires(carry: Carry) {
  const nobody: (message: unknown) => void = () => {}
  const ends = [0, 1].map(() => ({ message: nobody, close: () => {} }))
  const [page, desk] = ends.map(
    (own, index): Wire => ({
      send: (message) => {
        const carried = carry(message)
        queueMicrotask(() => ends[1 - index]!.message(carried))
      },
      onMessage: (listener) => {
        own.message = listener
      },
      onClose: (listener) => {
        own.close = listener
      },
    }),
  )
  return { page: page!, desk: desk!, close: () => ends.forEach((end) => end.close()) }
}

const transports: [string, Carry][] = [
  ['frames of a WebSocket', (message) => unwrap(decodeFrame(encodeFrame(message) as Uint8Array<ArrayBuffer>))],
  ['clones of a MessagePort', (message) => structuredClone(message)],
]

describe.each(transports)('a desk served over %s', (_, carry) => {
  function serve() {
    const desk = createFakeDesk()
    const wires = joinedWires(carry)
    const bugs: [string, unknown][] = []
    serveDesk(wires.desk, desk, (what, error) => void bugs.push([what, error]))
    return { desk, wires, bugs }
  }

  test('answers calls, with typed arrays and NaN whole', async () => {
    const { desk, wires } = serve()
    const { api } = connectDesk(wires.page)
    const snapshot = await api.snapshot()
    expect(snapshot).toEqual(desk.api.snapshot())
    expect(snapshot.summary.dayChangeUsd).toBeNaN()
    expect(snapshot.frame.rows).toBeInstanceOf(Uint32Array)
    expect(await api.clientBook('book-9')).toMatchObject({ error: { code: 'unknown-client-book' } })
    expect(desk.calls.at(-1)).toEqual(['clientBook', 'book-9'])
  })

  test('wrong arguments are a failure that names the argument and never reach the desk', async () => {
    const { desk, wires, bugs } = serve()
    const { api } = connectDesk(wires.page)
    expect(await api.pauseClientBook('book-1', 100, 'holiday')).toMatchObject({
      ok: false,
      error: { code: 'invalid-request', message: expect.stringContaining('hours was 100') },
    })
    await expect(api.saveLayout(5 as unknown as string)).rejects.toThrow('saveLayout: layout was 5')
    expect(desk.calls).toEqual([])
    expect(bugs).toEqual([])
  })

  test.each(['close', 'on', 'constructor', '__proto__', 'toString', 'then'])('"%s" is refused', async (method) => {
    const { desk, wires } = serve()
    const answers: unknown[] = []
    wires.page.onMessage((message) => void answers.push(message))
    wires.page.send({ kind: 'call', id: 1, method, args: [] } satisfies LinkMessage)
    await expect.poll(() => answers).toEqual([{ kind: 'broken', id: 1, message: `the desk has no method "${method}"` }])
    expect(desk.isClosed()).toBe(false)
  })

  test('a bug is reported here and named there, without its own words', async () => {
    const { wires, bugs } = serve()
    const call = connectDesk(wires.page).api.simulateCashFlow('book-1', 'kraken', 'BTC', '1')
    await expect(call).rejects.toThrow('"simulateCashFlow" failed inside the desk; its log says why')
    await call.catch((error: Error) => expect(error.message).not.toContain('SECRET'))
    expect(bugs).toHaveLength(1)
    expect(bugs[0]![0]).toBe('call simulateCashFlow')
    expect(String(bugs[0]![1])).toContain('SECRET')
  })

  test('messages that are none are reported and change nothing', async () => {
    const { wires, bugs } = serve()
    const { api } = connectDesk(wires.page)
    for (const message of [null, 7, 'x', {}, { kind: 'call' }, { kind: 'answer', id: 1 }, { kind: 'received' }]) {
      wires.page.send(message)
    }
    expect(await api.saveLayout('{}')).toBeNull()
    expect(bugs).toHaveLength(7)
  })

  test('events reach the page; a page that does not take them gets a whole frame later', async () => {
    const { desk, wires } = serve()
    const rows: number[] = []
    const slow: LinkMessage[] = []
    wires.page.onMessage((message) => void slow.push(message as LinkMessage))
    for (let n = 1; n <= EVENTS_UNDER_WAY + 20; n++) desk.emit('frame', fakeFrame(n, [n % 4]))
    await expect.poll(() => slow.length).toBe(EVENTS_UNDER_WAY)
    const link = connectDesk(wires.page)
    link.on('frame', (frame) => void rows.push(frame.rows.length))
    wires.page.send({ kind: 'received', events: EVENTS_UNDER_WAY } satisfies LinkMessage)
    await expect.poll(() => rows).toEqual([4])
  })

  test('a closed wire stops listening to the desk and sends nothing more', async () => {
    const { desk, wires } = serve()
    const received: unknown[] = []
    wires.page.onMessage((message) => void received.push(message))
    expect(desk.listenerCount()).toBe(4)
    wires.close()
    expect(desk.listenerCount()).toBe(0)
    desk.emit('reset', { why: 'nobody hears it' })
    wires.page.send({ kind: 'call', id: 1, method: 'snapshot', args: [] } satisfies LinkMessage)
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(received).toEqual([])
  })
})
