import { BrowserWindow, Menu, type MenuItemConstructorOptions } from 'electron'
import type { MenuItem } from '../../core/contracts/host-bridge.ts'
import { MENU_CHANNEL } from './electron-channels.ts'

/** The window's menu. What the screens can do is in their palette; here are the ways to it and the system's own items. */
export function installMenu(): void {
  const tell = (item: MenuItem): void => {
    const window = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0]
    window?.webContents.send(MENU_CHANNEL, item)
  }
  const template: MenuItemConstructorOptions[] = [
    { label: 'File', submenu: [{ role: 'quit' }] },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        { label: 'Command palette', accelerator: 'CmdOrCtrl+K', click: () => tell('palette') },
        { type: 'separator' },
        { role: 'reload' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        { role: 'toggleDevTools' },
      ],
    },
    { role: 'help', submenu: [{ label: 'Keyboard shortcuts', click: () => tell('shortcuts') }] },
  ]
  if (process.platform === 'darwin') template.unshift({ role: 'appMenu' })
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}
