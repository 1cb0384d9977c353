import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type * as Electron from 'electron'
import { runtime, startChromium } from './runtime.ts'
import { type Modelled, strict } from './strict.ts'

const manifest = JSON.parse(readFileSync(join(process.env.STANDIN_APP ?? '.', 'package.json'), 'utf8')) as {
  readonly version: string
  readonly productName: string
}
const ready = Promise.withResolvers<void>()
let quitting = false

/** An event whose default the app may prevent; answers whether it did. */
function isPrevented(name: string): boolean {
  let prevented = false
  runtime.app.emit(name, { preventDefault: () => (prevented = true) })
  return prevented
}

/** After the windows are gone: the app's last word, then the end. */
function leave(): void {
  if (!isPrevented('will-quit')) end(0)
}

function end(code: number): void {
  runtime.app.emit('quit', {}, code)
  const close = runtime.started?.browser.close() ?? Promise.resolve()
  void close.catch(() => {}).then(() => process.exit(code))
}

const application = Object.assign(runtime.app, {
  name: manifest.productName,
  isPackaged: false,
  commandLine: strict<Electron.CommandLine>('commandLine', {
    appendSwitch() {},
  } satisfies Modelled<Electron.CommandLine>),
  whenReady: () => ready.promise,
  isReady: () => runtime.started !== null,
  requestSingleInstanceLock: () => true,
  getVersion: () => manifest.version,
  getName: () => manifest.productName,
  quit() {
    if (quitting || isPrevented('before-quit')) return
    quitting = true
    if (runtime.windows.size === 0) leave()
    for (const window of runtime.windows.values()) window.close()
  },
  exit: (code = 0) => end(code),
} satisfies Modelled<Electron.App>)

runtime.app.on('standin-window-closed', () => {
  if (runtime.windows.size > 0) return
  if (quitting) leave()
  else if (runtime.app.listenerCount('window-all-closed') > 0) runtime.app.emit('window-all-closed')
  else application.quit()
})

export const app = strict<Electron.App>('app', application)

// The app's main file has run to its first wait by then, as in Electron.
setImmediate(() => {
  startChromium().then(
    () => {
      // Through the proxy: Playwright puts its own `emit` there to hold the app until it has connected.
      app.emit('ready')
      ready.resolve()
    },
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      process.exit(1)
    },
  )
})
