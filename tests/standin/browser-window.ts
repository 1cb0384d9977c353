import { EventEmitter } from 'node:events'
import type * as Electron from 'electron'
import { runtime, started } from './runtime.ts'
import { type Modelled, strict } from './strict.ts'
import { Contents } from './web-contents.ts'

let lastId = 0

export class Window extends EventEmitter implements Modelled<Electron.BrowserWindow> {
  readonly id = ++lastId
  readonly contents = new Contents(this.id)
  readonly proxy: Electron.BrowserWindow
  readonly #opened: Promise<void>
  #visible: boolean

  constructor(options: Electron.BrowserWindowConstructorOptions = {}) {
    super()
    const { browser } = started('a BrowserWindow')
    const { preload, ...preferences } = options.webPreferences ?? {}
    if (preferences.nodeIntegration || preferences.contextIsolation === false || preferences.sandbox === false) {
      throw new Error('the stand-in for Electron models isolated, sandboxed pages without Node only')
    }
    this.#visible = options.show !== false
    this.proxy = strict<Electron.BrowserWindow>('BrowserWindow', this)
    runtime.windows.set(this.id, this)
    runtime.app.emit('web-contents-created', {}, this.contents.proxy)
    this.contents.once('did-finish-load', () => this.emit('ready-to-show'))
    this.contents.once('destroyed', () => this.#closed())
    this.#opened = (async () => {
      // Chromium starts with one empty page; Electron with none.
      const spare = browser.pages().find((page) => page.url() === 'about:blank')
      const page = runtime.windows.size === 1 && spare ? spare : await browser.newPage()
      await page.setViewportSize({ width: options.width ?? 800, height: options.height ?? 600 })
      await this.contents.open(page, preload)
    })()
  }

  get webContents(): Electron.WebContents {
    return this.contents.proxy
  }

  async loadURL(address: string): Promise<void> {
    await this.#opened
    await this.contents.load(address)
  }

  show(): void {
    this.#visible = true
  }

  isVisible(): boolean {
    return this.#visible
  }

  isMinimized(): boolean {
    return false
  }

  focus(): void {
    this.emit('focus')
  }

  close(): void {
    void this.#opened.then(() => this.contents.close())
  }

  #closed(): void {
    runtime.windows.delete(this.id)
    this.emit('closed')
    runtime.app.emit('standin-window-closed')
  }
}

const windows = (): Window[] => [...runtime.windows.values()].filter((window) => window instanceof Window)

/** `new BrowserWindow()` gives the strict proxy; its static members are those the app and Playwright use. */
export const BrowserWindow = Object.assign(
  function BrowserWindow(options?: Electron.BrowserWindowConstructorOptions) {
    return new Window(options).proxy
  } as unknown as new (
    options?: Electron.BrowserWindowConstructorOptions,
  ) => Electron.BrowserWindow,
  {
    getAllWindows: () => windows().map((window) => window.proxy),
    getFocusedWindow: () => windows().find((window) => window.isVisible())?.proxy ?? null,
    fromWebContents: (contents: Electron.WebContents) =>
      windows().find((window) => window.id === contents.id)?.proxy ?? null,
  } satisfies Modelled<typeof Electron.BrowserWindow>,
)

export const webContents = strict<typeof Electron.webContents>('webContents', {
  fromDevToolsTargetId: (target) => windows().find((window) => window.contents.targetId === target)?.contents.proxy,
} satisfies Modelled<typeof Electron.webContents>)
