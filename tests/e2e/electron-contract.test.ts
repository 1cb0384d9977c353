import type { ElectronApplication, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MENU_ITEMS, PORT_MESSAGE } from '../../core/contracts/host-bridge.ts'
import type { LinkMessage } from '../../core/contracts/page-link.ts'
import { collectComplaints, freshFolder, launchElectron, USES_STANDIN } from './harness.ts'

/**
 * What main, preload and page owe each other, on the built files. Under the stand-in this shows that they fit
 * Electron's documented API; the same file runs on Electron's own program wherever that is installed.
 */
let app: ElectronApplication
let page: Page
let complaints: string[]
const dataFolder = freshFolder('electron')

beforeAll(async () => {
  app = await launchElectron(dataFolder, ['--books', '20'])
  page = await app.firstWindow()
  complaints = collectComplaints(page)
  // A window begins as an empty document.
  await page.waitForURL(/trimtab/, { waitUntil: 'load' })
})
afterAll(() => app?.close())

/**
 * One call over a link of the test's own, beside the screens' code. A page has one link: asking for this one ends the
 * screens', which soon ask again and may end this one, so it is asked for until the answer is there.
 */
const callDesk = (method: string, args: readonly unknown[] = []): Promise<LinkMessage> =>
  page.evaluate(
    ([portMessage, call]) =>
      new Promise<LinkMessage>((resolve) => {
        const ask = (): void => {
          window.addEventListener('message', hear)
          window.trimtab!.connect()
        }
        const hear = (event: MessageEvent): void => {
          const [port] = event.ports
          if (event.source !== window || event.data?.[portMessage] !== true || port === undefined) return
          window.removeEventListener('message', hear)
          port.addEventListener('message', ({ data }) => {
            const message = data as LinkMessage
            if (!('id' in message) || message.id !== call.id) return
            clearInterval(again)
            resolve(message)
          })
          port.start()
          port.postMessage(call)
        }
        const again = setInterval(ask, 1000)
        ask()
      }),
    [PORT_MESSAGE, { kind: 'call', id: 1_000_000, method, args }] as const,
  )

describe('the Electron host', () => {
  test('opens one visible window on our own origin', async () => {
    const windows = await app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map((window) => ({
        visible: window.isVisible(),
        address: window.webContents.getURL(),
      })),
    )
    expect(windows).toHaveLength(1)
    expect(windows[0]!.address).toMatch(/^app:\/\/trimtab\//)
    await expect
      .poll(() => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.isVisible()))
      .toBe(true)
  })

  test('the page is isolated: no Node, no Electron, a frozen bridge of three members', async () => {
    expect(
      await page.evaluate(() => ({
        isolated: crossOriginIsolated,
        require: typeof Reflect.get(globalThis, 'require'),
        process: typeof Reflect.get(globalThis, 'process'),
        bridge: Object.keys(window.trimtab!).toSorted(),
        frozen: Object.isFrozen(window.trimtab),
        replaced: Reflect.set(window, 'trimtab', null),
      })),
    ).toEqual({
      isolated: true,
      require: 'undefined',
      process: 'undefined',
      bridge: ['connect', 'host', 'onMenu'],
      frozen: true,
      replaced: false,
    })
  })

  test('a script that was not built does not run', async () => {
    const ran = await page.evaluate(() => {
      const script = document.createElement('script')
      script.textContent = 'window.intruder = true'
      document.head.append(script)
      return Reflect.get(window, 'intruder') === true
    })
    expect(ran).toBe(false)
    complaints.length = 0
  })

  test('the desk answers over a MessagePort, with typed arrays and exact failures', async () => {
    const answer = await callDesk('snapshot')
    expect(answer).toMatchObject({
      kind: 'answer',
      value: { mode: 'simulation', frame: { rows: expect.any(Uint32Array), cells: expect.any(Float64Array) } },
    })
    expect(await callDesk('clientBook', ['no-such-book'])).toMatchObject({
      kind: 'answer',
      value: { ok: false, error: { code: 'unknown-client-book' } },
    })
    expect(await callDesk('clientBook', [7])).toMatchObject({ value: { error: { code: 'invalid-request' } } })
    expect(await callDesk('close')).toMatchObject({ kind: 'broken' })
  })

  test('every item of the menu that the page is told of reaches it', async () => {
    const told = page.evaluate(
      (count) =>
        new Promise<string[]>((resolve) => {
          const items: string[] = []
          const stop = window.trimtab!.onMenu((item) => {
            if (items.push(item) < count) return
            stop()
            resolve(items)
          })
        }),
      MENU_ITEMS.length,
    )
    await page.evaluate(() => null)
    await app.evaluate(({ Menu }) => {
      const items = Menu.getApplicationMenu()!.items.flatMap((item) => {
        const { submenu } = item as { submenu?: unknown }
        return Array.isArray(submenu) ? submenu : ((submenu as Electron.Menu | undefined)?.items ?? [])
      }) as Electron.MenuItem[]
      for (const item of items) if (/palette|shortcuts/i.test(item.label ?? '')) item.click()
    })
    expect((await told).toSorted()).toEqual([...MENU_ITEMS].toSorted())
  })

  test('no page leads anywhere else, and no window opens', async () => {
    const before = page.url()
    expect(await page.evaluate(() => window.open('file:///etc/hostname'))).toBeNull()
    await page.evaluate(() => {
      window.location.href = 'https://elsewhere.invalid/'
    })
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(page.url()).toBe(before)
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
  })

  test.runIf(USES_STANDIN)('only https goes to the system, and every permission is denied', async () => {
    await page.evaluate(() => {
      for (const address of ['https://www.tradingview.com/', 'http://plain.invalid/', 'smb://share/x']) {
        window.open(address)
      }
    })
    const seen = () =>
      app.evaluate((electron) => {
        const { observed } = electron as unknown as { observed: typeof import('../standin/observed.ts').observed }
        const answers: boolean[] = []
        observed.permissionRequest?.(null as never, 'media', (granted) => answers.push(granted), null as never)
        return {
          external: observed.external,
          answers,
          check: observed.permissionCheck?.(null, 'media', '', null as never),
        }
      })
    await expect.poll(seen).toEqual({ external: ['https://www.tradingview.com/'], answers: [false], check: false })
    // The others were asked for after it, in order: none is on its way.
    await page.evaluate(() => window.open('https://last.invalid/'))
    await expect
      .poll(async () => (await seen()).external)
      .toEqual(['https://www.tradingview.com/', 'https://last.invalid/'])
  })

  test('a reload gives the page a link again', async () => {
    await page.reload()
    expect(await callDesk('snapshot')).toMatchObject({ kind: 'answer', value: { mode: 'simulation' } })
    expect(complaints).toEqual([])
  })

  test('closing the last window closes the desk and ends with 0', async () => {
    const exited = new Promise<number | null>((resolve) => app.process().on('exit', resolve))
    await page.close()
    expect(await exited).toBe(0)
  })
})
