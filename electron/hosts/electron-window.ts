import { app, BrowserWindow, type Session, shell } from 'electron'
import { APP_ADDRESS, APP_ORIGIN } from './electron-protocol.ts'

/** The page needs no permission of the system's: no camera, no location, no notifications of its own. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.setPermissionCheckHandler(() => false)
}

/** Whatever contents come to life (a window, a frame): none leaves our origin, opens a window or embeds a foreign page. */
export function confineContents(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => {
      if (!isOurs(event.url)) event.preventDefault()
    })
    contents.on('will-redirect', (event) => event.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(({ url }) => {
      // Only https goes to the person's browser: other schemes start programs.
      if (URL.parse(url)?.protocol === 'https:') void shell.openExternal(url)
      return { action: 'deny' }
    })
  })
}

export const isOurs = (address: string): boolean => address.startsWith(`${APP_ORIGIN}/`)

/** The one window: a page without Node, without Electron, with the frozen bridge of the preload alone. */
export async function openWindow(preload: string): Promise<BrowserWindow> {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: 1024,
    minHeight: 640,
    show: false,
    title: 'Trimtab',
    backgroundColor: '#0b0e14',
    webPreferences: { preload, contextIsolation: true, sandbox: true, nodeIntegration: false, webviewTag: false },
  })
  window.once('ready-to-show', () => window.show())
  await window.loadURL(APP_ADDRESS)
  return window
}
