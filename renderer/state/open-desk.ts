import { BRIDGE_NAME, LINK_PATH, PORT_MESSAGE } from '../../core/contracts/host-bridge.ts'
import type { Wire } from '../../core/contracts/page-link.ts'
import { connectDesk, type DeskLink } from '../../core/contracts/page-link-client.ts'
import { decodeFrame, encodeFrame } from '../../core/contracts/page-link-codec.ts'

/** How long a host may take to hand over a port. */
const PORT_TIMEOUT_MS = 10_000

/** A new link to the desk behind this page: a MessagePort in Electron, a WebSocket in the browser host. */
export async function openDesk(): Promise<DeskLink> {
  return connectDesk(window[BRIDGE_NAME] ? await electronWire() : await socketWire())
}

function electronWire(): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const timeout = setTimeout(() => {
      window.removeEventListener('message', onMessage)
      reject(new Error(`the host handed over no port within ${PORT_TIMEOUT_MS / 1000} s`))
    }, PORT_TIMEOUT_MS)
    const onMessage = (event: MessageEvent): void => {
      const port = event.ports[0]
      if (event.source !== window || event.data?.[PORT_MESSAGE] !== true || !port) return
      clearTimeout(timeout)
      window.removeEventListener('message', onMessage)
      resolve({
        send: (message) => port.postMessage(message),
        onMessage: (listener) => {
          port.addEventListener('message', (message) => listener(message.data))
          port.start()
        },
        onClose: (listener) => port.addEventListener('close', listener),
      })
    }
    window.addEventListener('message', onMessage)
    window[BRIDGE_NAME]?.connect()
  })
}

function socketWire(): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(location.origin.replace(/^http/, 'ws') + LINK_PATH)
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('error', () => reject(new Error('the desk does not answer')))
    socket.addEventListener('open', () =>
      resolve({
        send: (message) => socket.send(encodeFrame(message)),
        onMessage: (listener) =>
          socket.addEventListener('message', (event: MessageEvent<string | ArrayBuffer>) => {
            const decoded = decodeFrame(event.data)
            if (decoded.ok) listener(decoded.value)
            // What cannot be read means that the two sides disagree: start over with a new snapshot.
            else socket.close()
          }),
        onClose: (listener) => socket.addEventListener('close', listener),
      }),
    )
  })
}
