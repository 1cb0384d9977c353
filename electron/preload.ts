import { contextBridge, ipcRenderer } from 'electron'
import { BRIDGE_NAME, type HostBridge, MENU_ITEMS, type MenuItem, PORT_MESSAGE } from '../core/contracts/host-bridge.ts'
import { CONNECT_CHANNEL, MENU_CHANNEL, PORT_CHANNEL } from './hosts/electron-channels.ts'

// A MessagePort can't go through the context bridge; a window message is Electron's documented way into the page.
ipcRenderer.on(PORT_CHANNEL, ({ ports }) => {
  window.postMessage({ [PORT_MESSAGE]: true }, window.location.origin, [...ports])
})

const bridge: HostBridge = {
  host: 'electron',
  connect: () => ipcRenderer.send(CONNECT_CHANNEL),
  onMenu(listener) {
    const hear = (_event: unknown, item: unknown): void => {
      if (MENU_ITEMS.includes(item as MenuItem)) listener(item as MenuItem)
    }
    ipcRenderer.on(MENU_CHANNEL, hear)
    return () => {
      ipcRenderer.removeListener(MENU_CHANNEL, hear)
    }
  },
}

contextBridge.exposeInMainWorld(BRIDGE_NAME, bridge)
