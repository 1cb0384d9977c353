/**
 * What the Electron host puts on the page's `window`, frozen; in a browser there is nothing.
 * With it the page calls `connect` and waits for a window message whose data is `{ [PORT_MESSAGE]: true }`, whose
 * source is its own window and whose `ports[0]` is the wire to the desk (a MessagePort can't cross Electron's context
 * bridge as a value). Without it the page opens a WebSocket to LINK_PATH on its own origin and speaks frames of
 * page-link-codec.
 */
export interface HostBridge {
  readonly host: 'electron'
  /** Asks for a new link. An earlier one is closed by the desk. */
  connect(): void
  /** A choice in the window's menu; returns how to stop listening. */
  onMenu(listener: (item: MenuItem) => void): () => void
}

export const MENU_ITEMS = ['palette', 'shortcuts'] as const
export type MenuItem = (typeof MENU_ITEMS)[number]

/** The property of `window`. */
export const BRIDGE_NAME = 'trimtab'
export const PORT_MESSAGE = 'trimtabPort'
export const LINK_PATH = '/link'

declare global {
  interface Window {
    readonly trimtab?: HostBridge
  }
}
