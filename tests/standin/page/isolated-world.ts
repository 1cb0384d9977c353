// Runs in the isolated world before the preload: its `require` and what stands behind it.
import { packClone, unpackClone } from '../clone.ts'
import { type FromPage, INWARD, OUTWARD, type ToPage } from '../messages.ts'
import { joinWorlds } from './bridge-half.ts'

type Listener = (event: { readonly ports: readonly MessagePort[] }, ...args: unknown[]) => void

const outward = Reflect.get(globalThis, OUTWARD) as (message: string) => void
const send = (message: FromPage): void => outward(JSON.stringify(message))
const worlds = joinWorlds('isolated', (url) => send({ kind: 'open-window', url }))
const listeners = new Map<string, Set<Listener>>()
const ports = new Map<number, MessagePort>()

/** The preload's end of a port whose other end is in the main process. */
function openPort(id: number): MessagePort {
  const { port1, port2 } = new MessageChannel()
  ports.set(id, port1)
  port1.addEventListener('message', ({ data }) => send({ kind: 'port', port: id, value: packClone(data) }))
  port1.addEventListener('close', () => send({ kind: 'port-closed', port: id }))
  port1.start()
  return port2
}

function receive(message: ToPage): void {
  switch (message.kind) {
    case 'ipc': {
      const event = { ports: message.ports.map(openPort) }
      const args = unpackClone(message.args) as unknown[]
      for (const listener of listeners.get(message.channel) ?? []) listener(event, ...args)
      break
    }
    case 'port':
      ports.get(message.port)?.postMessage(unpackClone(message.value))
      break
    case 'port-closed':
      ports.get(message.port)?.close()
      ports.delete(message.port)
      break
  }
}
Object.defineProperty(globalThis, INWARD, { value: (text: string) => receive(JSON.parse(text) as ToPage) })

const strict = <T extends object>(name: string, part: T): T =>
  new Proxy(part, {
    get(target, key) {
      if (!(key in target)) throw new Error(`the stand-in for Electron does not model ${name}.${String(key)}`)
      return Reflect.get(target, key)
    },
  })

const electron = strict('electron (preload)', {
  contextBridge: strict('contextBridge', { exposeInMainWorld: worlds.expose }),
  ipcRenderer: strict('ipcRenderer', {
    on(channel: string, listener: Listener) {
      listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener))
    },
    removeListener(channel: string, listener: Listener) {
      listeners.get(channel)?.delete(listener)
    },
    send: (channel: string, ...args: unknown[]) => send({ kind: 'ipc', channel, args: packClone(args) }),
  }),
})

/** All that a sandboxed preload may require. */
export function requireInPreload(name: string): unknown {
  if (name === 'electron' || name === 'electron/renderer') return electron
  throw new Error(`module not found: ${name}`)
}

export function reportPreloadError(error: unknown): void {
  send({ kind: 'preload-error', message: error instanceof Error ? String(error.stack) : String(error) })
}
