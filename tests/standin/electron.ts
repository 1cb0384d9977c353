// What `electron` is for a main process under the stand-in: as much of its API as the app uses, over Chromium by its
// DevTools protocol. Members are typed against electron.d.ts; what is not modelled throws. It shows that the built
// main and preload work together as Electron's documentation says, and says nothing about speed or about Electron.
export { app } from './application.ts'
export { BrowserWindow, webContents } from './browser-window.ts'
export { ipcMain } from './ipc-main.ts'
export { Menu } from './menu.ts'
export { MessageChannelMain } from './message-ports.ts'
export { observed } from './observed.ts'
export { dialog, protocol, session, shell } from './system.ts'
