import { ipcMain, MessageChannelMain, type MessagePortMain } from 'electron'
import type { Wire } from '../../core/contracts/page-link.ts'
import type { RunningDesk } from './desk-factory.ts'
import { CONNECT_CHANNEL, PORT_CHANNEL } from './electron-channels.ts'
import { isOurs } from './electron-window.ts'
import { type BugReport, serveDesk } from './page-link-server.ts'

/** Gives each page load of ours a port to the desk, once the desk runs; a window's earlier link ends. */
export function linkPages(desk: Promise<RunningDesk>, report: BugReport): void {
  const ports = new Map<number, MessagePortMain>()
  // A desk that does not start ends the program, whether or not a page waits for it.
  desk.catch(() => {})
  ipcMain.on(CONNECT_CHANNEL, ({ sender, senderFrame }) => {
    if (senderFrame === null || senderFrame.parent !== null || !isOurs(senderFrame.url)) {
      report('request for a link', new Error(`refused to ${senderFrame?.url ?? 'a frame that is gone'}`))
      return
    }
    const page = sender.id
    ports.get(page)?.close()
    const { port1, port2 } = new MessageChannelMain()
    ports.set(page, port1)
    port1.on('close', () => {
      if (ports.get(page) === port1) ports.delete(page)
    })
    sender.postMessage(PORT_CHANNEL, null, [port2])
    void desk.then(
      (running) => {
        if (ports.get(page) === port1) serveDesk(portWire(port1), running, report)
      },
      () => port1.close(),
    )
  })
}

/** Messages wait in the port until the first listener is there. */
function portWire(port: MessagePortMain): Wire {
  return {
    send: (message) => port.postMessage(message),
    onMessage(listener) {
      port.on('message', ({ data }) => listener(data))
      port.start()
    },
    onClose(listener) {
      port.on('close', listener)
    },
  }
}
