import { join } from 'node:path'
import { app, BrowserWindow, dialog, protocol, session } from 'electron'
import { type Failure, fail, type Result } from '../../core/result.ts'
import type { DeskFactory, RunningDesk } from './desk-factory.ts'
import { linkPages } from './electron-link.ts'
import { installMenu } from './electron-menu.ts'
import { handleAppScheme, registerAppScheme } from './electron-protocol.ts'
import { confineContents, denyPermissions, openWindow } from './electron-window.ts'
import type { BugReport } from './page-link-server.ts'

export interface ElectronHostOptions {
  readonly startDesk: DeskFactory
  readonly rendererDir: string
  /** Folder of preload.cjs. */
  readonly preloadDir: string
  readonly report: BugReport
}

/**
 * Runs the desk in Electron's main process and its screens in one window, until the window is closed.
 * A second start brings the first one's window to the front and ends.
 */
export function runElectronHost(options: ElectronHostOptions): void {
  if (!app.requestSingleInstanceLock()) {
    app.quit()
    return
  }
  registerAppScheme()
  confineContents()
  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows()
    if (window?.isMinimized()) window.restore()
    window?.focus()
  })
  app.on('window-all-closed', () => app.quit())
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.quit())

  let started: Promise<Result<RunningDesk, Failure>> = Promise.resolve(fail('not-started', 'the desk was not started'))
  let closing = false
  app.on('will-quit', (event) => {
    // Windows are gone by now. The desk finishes what it writes before the process ends.
    event.preventDefault()
    if (closing) return
    closing = true
    void closeDesk(started, options.report).then((code) => app.exit(code))
  })

  const stop = async (why: string): Promise<void> => {
    process.stderr.write(`${why}\n`)
    dialog.showErrorBox('Trimtab did not start', why)
    closing = true
    await closeDesk(started, options.report)
    app.exit(1)
  }

  void app
    .whenReady()
    .then(async () => {
      denyPermissions(session.defaultSession)
      handleAppScheme(protocol, options.rendererDir)
      installMenu()
      started = options.startDesk()
      linkPages(
        started.then((result) => (result.ok ? result.value : Promise.reject(new Error(result.error.message)))),
        options.report,
      )
      // The window does not wait for the desk: it opens at once and says that it is connecting.
      const [result] = await Promise.all([started, openWindow(join(options.preloadDir, 'preload.cjs'))])
      if (!result.ok) await stop(result.error.message)
    })
    .catch((error: unknown) => {
      options.report('start of the window', error)
      return stop('the window could not be opened; the log says why')
    })
}

/** Exit code: 0 when everything was written and closed. */
async function closeDesk(started: Promise<Result<RunningDesk, Failure>>, report: BugReport): Promise<number> {
  try {
    const desk = await started
    if (desk.ok) await desk.value.close()
    return desk.ok ? 0 : 1
  } catch (error) {
    report('end of the desk', error)
    return 1
  }
}
