import type { WebSocket } from 'ws'
import type { Wire } from '../../core/contracts/page-link.ts'
import { decodeFrame, encodeFrame } from '../../core/contracts/page-link-codec.ts'

const INVALID_PAYLOAD = 1007

/** The desk's end of a page's WebSocket. A frame that can't be read ends the link: the other side is not our page. */
export function webSocketWire(socket: WebSocket): Wire {
  socket.binaryType = 'arraybuffer'
  return {
    send(message) {
      const frame = encodeFrame(message)
      if (socket.readyState === socket.OPEN) socket.send(frame)
    },
    onMessage(listener) {
      socket.on('message', (data, isBinary) => {
        const bytes = data as ArrayBuffer
        const message = decodeFrame(isBinary ? bytes : new TextDecoder().decode(bytes))
        if (message.ok) listener(message.value)
        else socket.close(INVALID_PAYLOAD, message.error.code)
      })
    },
    onClose(listener) {
      socket.on('close', listener)
    },
  }
}
