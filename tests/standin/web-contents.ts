import { EventEmitter } from 'node:events'
import type * as Electron from 'electron'
import type { CDPSession, Page, Route } from 'playwright'
import { packClone, unpackClone } from './clone.ts'
import { ipcEvents } from './ipc-main.ts'
import { type Port, portBehind } from './message-ports.ts'
import { type FromPage, INWARD, ISOLATED_WORLD, OUTWARD, type ToPage } from './messages.ts'
import { fromChromium, runtime, started, toChromium } from './runtime.ts'
import { type Modelled, strict } from './strict.ts'

/** A page in Chromium with Electron's main-process view of it. */
export class Contents extends EventEmitter implements Modelled<Electron.WebContents> {
  readonly id: number
  readonly proxy: Electron.WebContents
  targetId = ''
  /** Emits nothing before: set up by open(). */
  page: Page | null = null
  #session: CDPSession | null = null
  #world = 0
  #asked = new Set<string>()
  #openHandler: Parameters<Electron.WebContents['setWindowOpenHandler']>[0] | null = null
  readonly #waiting: ToPage[] = []
  readonly #ports = new Map<number, Port>()

  constructor(id: number) {
    super()
    this.id = id
    this.proxy = strict<Electron.WebContents>('webContents', this)
  }

  async open(page: Page, preload: string | undefined): Promise<void> {
    const { scripts } = started('a window')
    this.page = page
    await page.route('**/*', (route) => this.#serve(route))
    const session = await page.context().newCDPSession(page)
    this.#session = session
    this.targetId = (await session.send('Target.getTargetInfo')).targetInfo.targetId
    session.on('Runtime.executionContextCreated', ({ context }) => {
      if (context.name !== ISOLATED_WORLD) return
      this.#world = context.id
      for (const message of this.#waiting.splice(0)) this.#push(message)
    })
    session.on('Runtime.executionContextDestroyed', (event) => {
      if (event.executionContextId === this.#world) this.#documentGone()
    })
    session.on('Runtime.executionContextsCleared', () => this.#documentGone())
    session.on('Runtime.bindingCalled', ({ name, payload }) => {
      if (name === OUTWARD) this.#receive(JSON.parse(payload) as FromPage)
    })
    await session.send('Page.enable')
    await session.send('Runtime.enable')
    await session.send('Runtime.addBinding', { name: OUTWARD, executionContextName: ISOLATED_WORLD })
    await session.send('Page.addScriptToEvaluateOnNewDocument', { source: scripts.page })
    if (preload !== undefined) {
      if (!preload.endsWith('.cjs')) throw new Error(`a sandboxed preload must be CommonJS, not ${preload}`)
      const source = scripts.isolated(preload)
      await session.send('Page.addScriptToEvaluateOnNewDocument', { source, worldName: ISOLATED_WORLD })
    }
    page.on('load', () => this.emit('did-finish-load'))
    page.on('close', () => {
      this.#documentGone()
      this.emit('destroyed')
    })
  }

  async load(address: string): Promise<void> {
    const target = new URL(toChromium(address)).href
    this.#asked.add(target)
    await this.page!.goto(target, { waitUntil: 'load' })
  }

  send(channel: string, ...args: unknown[]): void {
    this.#push({ kind: 'ipc', channel, args: packClone(args), ports: [] })
  }

  postMessage(channel: string, message: unknown, transfer: Electron.MessagePortMain[] = []): void {
    const ports = transfer.map(portBehind)
    for (const port of ports) {
      port.toPage = (toPage) => this.#push(toPage)
      this.#ports.set(port.id, port)
    }
    this.#push({ kind: 'ipc', channel, args: packClone([message]), ports: ports.map((port) => port.id) })
  }

  setWindowOpenHandler(handler: Parameters<Electron.WebContents['setWindowOpenHandler']>[0]): void {
    this.#openHandler = handler
  }

  getURL(): string {
    return fromChromium(this.page!.url())
  }

  isDestroyed(): boolean {
    return this.page?.isClosed() ?? false
  }

  close(): void {
    void this.page?.close()
  }

  #push(message: ToPage): void {
    if (this.#world === 0) {
      this.#waiting.push(message)
      return
    }
    this.#session!.send('Runtime.callFunctionOn', {
      executionContextId: this.#world,
      functionDeclaration: `function (text) { ${INWARD}(text) }`,
      arguments: [{ value: JSON.stringify(message) }],
    }).catch(() => {
      // The document went away under way; in Electron the message is lost as well.
    })
  }

  #receive(message: FromPage): void {
    switch (message.kind) {
      case 'ipc':
        ipcEvents.emit(
          message.channel,
          { sender: this.proxy, senderFrame: { url: this.getURL(), parent: null } },
          ...(unpackClone(message.args) as unknown[]),
        )
        break
      case 'port':
        this.#ports.get(message.port)?.peer?.receive(unpackClone(message.value))
        break
      case 'port-closed':
        this.#ports.get(message.port)?.peer?.close()
        this.#ports.delete(message.port)
        break
      case 'open-window': {
        const details = { url: fromChromium(message.url), frameName: '', features: '', disposition: 'new-window' }
        const answer = this.#openHandler?.(details as Electron.HandlerDetails)
        if (answer?.action !== 'deny') throw new Error('the stand-in for Electron does not model child windows')
        break
      }
      case 'preload-error':
        process.stderr.write(`preload: ${message.message}\n`)
        this.emit('preload-error', {}, '', new Error(message.message))
        break
    }
  }

  #documentGone(): void {
    this.#world = 0
    for (const port of this.#ports.values()) port.peer?.close()
    this.#ports.clear()
  }

  /** Asks the app about navigations it did not start, and its protocol handlers for their schemes. */
  async #serve(route: Route): Promise<void> {
    const request = route.request()
    const url = fromChromium(request.url())
    const isMainFrame = request.isNavigationRequest() && request.frame() === this.page!.mainFrame()
    if (isMainFrame && !this.#asked.delete(request.url())) {
      let prevented = false
      this.emit('will-navigate', { url, isMainFrame, preventDefault: () => (prevented = true) })
      if (prevented) return route.abort('aborted')
    }
    const handler = runtime.schemes.get(url.slice(0, url.indexOf(':')))
    if (handler === undefined) return route.continue()
    const response = await handler(new Request(url, { method: request.method(), headers: request.headers() }))
    return route.fulfill({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    })
  }
}
