import { EventEmitter } from 'node:events'
import type * as Electron from 'electron'
import { packClone, unpackClone } from './clone.ts'
import type { ToPage } from './messages.ts'
import { type Modelled, strict } from './strict.ts'

let lastId = 0

/** One end of a channel. Messages to an end that went to a page leave through `toPage`. */
export class Port extends EventEmitter implements Modelled<Electron.MessagePortMain> {
  readonly id = ++lastId
  peer: Port | null = null
  toPage: ((message: ToPage) => void) | null = null
  #started = false
  #closed = false
  readonly #waiting: unknown[] = []

  postMessage(message: unknown): void {
    if (this.#closed) return
    const value = packClone(message)
    const peer = this.peer!
    if (peer.toPage) peer.toPage({ kind: 'port', port: peer.id, value })
    else setImmediate(() => peer.receive(unpackClone(value)))
  }

  receive(data: unknown): void {
    if (this.#started) this.emit('message', { data, ports: [] })
    else this.#waiting.push(data)
  }

  start(): void {
    if (this.#started) return
    this.#started = true
    setImmediate(() => {
      for (const data of this.#waiting.splice(0)) this.emit('message', { data, ports: [] })
    })
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.toPage?.({ kind: 'port-closed', port: this.id })
    setImmediate(() => {
      this.emit('close')
      this.peer?.close()
    })
  }
}

/** The app handles ports through strict proxies; a transfer needs the port itself. */
const portOfProxy = new WeakMap<Electron.MessagePortMain, Port>()

export const portBehind = (proxy: Electron.MessagePortMain): Port => {
  const port = portOfProxy.get(proxy)
  if (port === undefined) throw new Error('only ports of a MessageChannelMain can be transferred')
  return port
}

export class MessageChannelMain implements Modelled<Electron.MessageChannelMain> {
  readonly port1: Electron.MessagePortMain
  readonly port2: Electron.MessagePortMain
  constructor() {
    const [first, second] = [new Port(), new Port()]
    first.peer = second
    second.peer = first
    this.port1 = strict<Electron.MessagePortMain>('MessagePortMain', first)
    this.port2 = strict<Electron.MessagePortMain>('MessagePortMain', second)
    portOfProxy.set(this.port1, first)
    portOfProxy.set(this.port2, second)
  }
}
