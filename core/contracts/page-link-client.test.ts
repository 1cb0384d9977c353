import { describe, expect, expectTypeOf, test, vi } from 'vitest'
import { DESK_METHODS, type DeskApi } from './desk-api.ts'
import type { LinkMessage, Wire } from './page-link.ts'
import { connectDesk, LinkClosed } from './page-link-client.ts'

/** The desk's end is played by the test. */
function fakeWire() {
  const sent: LinkMessage[] = []
  let deliver: (message: unknown) => void = () => {}
  let close: () => void = () => {}
  const wire: Wire = {
    send: (message) => void sent.push(message as LinkMessage),
    onMessage: (listener) => {
      deliver = listener
    },
    onClose: (listener) => {
      close = listener
    },
  }
  return { wire, sent, deliver: (message: LinkMessage) => deliver(message), close: () => close() }
}

describe('the page end of the link', () => {
  test('an answer finds its call, in whatever order answers come', async () => {
    const { wire, sent, deliver } = fakeWire()
    const { api } = connectDesk(wire)
    const first = api.clientBook('book-1')
    const second = api.dismissProposal('p-1', 'no')
    expect(sent).toEqual([
      { kind: 'call', id: 1, method: 'clientBook', args: ['book-1'] },
      { kind: 'call', id: 2, method: 'dismissProposal', args: ['p-1', 'no'] },
    ])
    deliver({ kind: 'answer', id: 2, value: { ok: true, value: null } })
    deliver({ kind: 'answer', id: 1, value: { ok: false, error: { code: 'unknown-client-book', message: 'none' } } })
    expect(await second).toEqual({ ok: true, value: null })
    expect(await first).toMatchObject({ error: { code: 'unknown-client-book' } })
  })

  test('a bug of the desk rejects with its words', async () => {
    const { wire, deliver } = fakeWire()
    const call = connectDesk(wire).api.snapshot()
    deliver({ kind: 'broken', id: 1, message: 'snapshot failed inside the desk' })
    await expect(call).rejects.toThrow('snapshot failed inside the desk')
  })

  test('calls under way and later calls reject when the link closes; listeners hear of it once', async () => {
    const { wire, close } = fakeWire()
    const link = connectDesk(wire)
    const heard = vi.fn<() => void>()
    link.onClose(heard)
    link.onClose(vi.fn<() => void>())()
    const pending = link.api.blotter()
    close()
    close()
    await expect(pending).rejects.toBeInstanceOf(LinkClosed)
    await expect(link.api.blotter()).rejects.toBeInstanceOf(LinkClosed)
    link.onClose(heard)
    expect(heard).toHaveBeenCalledTimes(2)
  })

  test('events reach the listeners of their name, and each is counted back to the desk', () => {
    const { wire, sent, deliver } = fakeWire()
    const link = connectDesk(wire)
    const reasons: string[] = []
    const stop = link.on('reset', ({ why }) => void reasons.push(why))
    deliver({ kind: 'event', name: 'reset', value: { why: 'import' } })
    deliver({ kind: 'event', name: 'changed', value: { topics: [] } })
    stop()
    deliver({ kind: 'event', name: 'reset', value: { why: 'again' } })
    expect(reasons).toEqual(['import'])
    expect(sent.at(-1)).toEqual({ kind: 'received', events: 3 })
  })

  test('an argument that the wire refuses rejects its own call only', async () => {
    const { wire, deliver } = fakeWire()
    const send = wire.send
    wire.send = (message) => {
      if (JSON.stringify(message).includes('refused')) throw new Error('can not be cloned')
      send(message)
    }
    const { api } = connectDesk(wire)
    await expect(api.clientBook('refused')).rejects.toThrow('can not be cloned')
    const call = api.saveLayout('{}')
    deliver({ kind: 'answer', id: 2, value: null })
    expect(await call).toBeNull()
  })

  test('the allow-list holds every method of the contract', () => {
    expectTypeOf<(typeof DESK_METHODS)[number]>().toEqualTypeOf<keyof DeskApi>()
    expect(Object.keys(connectDesk(fakeWire().wire).api)).toEqual([...DESK_METHODS])
  })
})
