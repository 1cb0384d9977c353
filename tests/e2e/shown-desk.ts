import { join } from 'node:path'
import type { Browser, Page } from 'playwright'
import { unwrap } from '../../core/result.ts'
import { startBrowserHost } from '../../electron/hosts/browser-host.ts'
import type { SimulatedDesk } from '../../electron/simulation/start-simulated-desk.ts'
import { collectComplaints, ROOT } from './harness.ts'

export interface ShownDesk {
  readonly page: Page
  /** What the page and the host complained of. */
  readonly complaints: () => readonly string[]
  close(): Promise<void>
}

const PUBLISHED_EVERY_MS = 200

/** A desk of this process on the screens, at the Monitor: a story moves its market and clock, an advisor does the rest. */
export async function showDesk(
  browser: Browser,
  { api, publisher }: Pick<SimulatedDesk, 'api' | 'publisher'>,
): Promise<ShownDesk> {
  const faults: string[] = []
  const host = unwrap(
    await startBrowserHost({
      port: 0,
      rendererDir: join(ROOT, 'out/renderer'),
      startDesk: async () => ({
        ok: true,
        value: { api, on: (name, listener) => publisher.on(name, listener), close: async () => {} },
      }),
      report: (where, error) => faults.push(`${where}: ${String(error)}`),
    }),
  )
  const publishing = setInterval(() => {
    publisher.publishFrame()
    publisher.publishSummary()
  }, PUBLISHED_EVERY_MS)
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  const complaints = collectComplaints(page)
  await page.goto(host.address)
  await page.getByRole('grid', { name: 'Client books' }).waitFor()
  return {
    page,
    complaints: () => [...faults, ...complaints],
    close: async () => {
      clearInterval(publishing)
      await host.close()
    },
  }
}
