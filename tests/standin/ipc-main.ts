import { EventEmitter } from 'node:events'
import type * as Electron from 'electron'
import { strict } from './strict.ts'

/** Receives what preloads send; `invoke` is not modelled because the app does not use it. */
export const ipcEvents = new EventEmitter()
export const ipcMain = strict<Electron.IpcMain>('ipcMain', ipcEvents)
