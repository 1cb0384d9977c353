import type { Browser, Page, WebSocket } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LinkMessage } from '../../core/contracts/page-link.ts'
import { decodeFrame } from '../../core/contracts/page-link-codec.ts'
import { collectComplaints, openBrowser, type Served, serve } from './harness.ts'
import { stateCounts } from './practice.ts'

/**
 * Ten times the books of the sample practice. Figures are printed; only bounds that a loaded machine keeps are asserted:
 * what a fast screen is on a machine of its own is for the benchmarks to say.
 */
const BOOKS = 2_000
const MOST_DRAWN_ROWS = 120
const WATCH_MS = 5_000

let browser: Browser
let served: Served
let page: Page
let complaints: string[]
/** When each frame of the Monitor arrived, and how many rows it carried. */
const frames: { readonly at: number; readonly rows: number }[] = []

beforeAll(async () => {
  browser = await openBrowser()
  const began = performance.now()
  served = await serve(undefined, ['--books', String(BOOKS)])
  console.log(`${BOOKS} books served after ${((performance.now() - began) / 1000).toFixed(1)} s`)
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  complaints = collectComplaints(page)
  page.on('websocket', listen)
  await page.goto(served.address)
  await page.getByRole('grid', { name: 'Client books' }).waitFor()
})
afterAll(async () => {
  await browser?.close()
  await served?.stop()
})

function listen(socket: WebSocket): void {
  socket.on('framereceived', ({ payload }) => {
    const message = decodeFrame(typeof payload === 'string' ? payload : Uint8Array.from(payload).buffer)
    if (!message.ok) throw new Error(message.error.message)
    const { kind, name, value } = message.value as Extract<LinkMessage, { kind: 'event' }>
    if (kind === 'event' && name === 'frame') {
      frames.push({ at: performance.now(), rows: (value as { rows: Uint32Array }).rows.length })
    }
  })
}

const drawnRows = (): Promise<number> => page.locator('[role="grid"] [data-row]').count()

describe(`${BOOKS} client books`, () => {
  test('every book is counted, and only what is in sight is drawn', async () => {
    await expect
      .poll(async () => Object.values(await stateCounts(page)).reduce((total, count) => total + count, 0))
      .toBe(BOOKS)
    expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe(String(BOOKS + 1))
    expect(await drawnRows()).toBeLessThan(MOST_DRAWN_ROWS)
  })

  test('frames arrive about ten times a second', async () => {
    frames.length = 0
    await page.waitForTimeout(WATCH_MS)
    const rows = frames.reduce((total, frame) => total + frame.rows, 0)
    const perSecond = (frames.length * 1000) / WATCH_MS
    console.log(`${perSecond.toFixed(1)} frames a second, ${(rows / Math.max(1, frames.length)).toFixed(0)} rows each`)
    // how many is the machine's business; that they come, and never more than ten a second, is ours
    expect(perSecond).toBeGreaterThan(0)
    expect(perSecond).toBeLessThan(12)
  })

  test('scrolls through all of them while prices tick', async () => {
    const seen = await page.getByRole('grid').evaluate(async (grid) => {
      const rows = new Set<number>()
      const delays: number[] = []
      let mostDrawn = 0
      let before = performance.now()
      grid.scrollTop = 0
      // One screen a frame, and at the end once more for what the last frame drew.
      for (let stop = false; ; ) {
        await new Promise((resolve) => requestAnimationFrame(resolve))
        const now = performance.now()
        delays.push(now - before)
        before = now
        const drawn = grid.querySelectorAll('[data-row]')
        mostDrawn = Math.max(mostDrawn, drawn.length)
        for (const row of drawn) rows.add(Number(row.getAttribute('aria-rowindex')))
        if (stop) break
        stop = grid.scrollTop + grid.clientHeight >= grid.scrollHeight - 1
        // The head covers the first row's height of what is in sight.
        grid.scrollTop += grid.clientHeight - 60
      }
      return { rows: rows.size, mostDrawn, delays: delays.toSorted((a, b) => a - b) }
    })
    const [median, longest] = [seen.delays[seen.delays.length >> 1]!, seen.delays.at(-1)!]
    console.log(
      `${seen.delays.length} screens scrolled: ${(1000 / median).toFixed(0)} frames a second in the median, the longest took ${longest.toFixed(0)} ms`,
    )
    expect(seen.mostDrawn).toBeLessThan(MOST_DRAWN_ROWS)
    expect(seen.rows).toBe(BOOKS)
    expect(1000 / median).toBeGreaterThan(4)
  })

  test('memory stays within bounds, and nothing complained', async () => {
    const bytes = await page.evaluate(() => Reflect.get(performance, 'memory')?.usedJSHeapSize as number | undefined)
    console.log(`${((bytes ?? Number.NaN) / 2 ** 20).toFixed(0)} MiB of JavaScript in the page`)
    if (bytes !== undefined) expect(bytes).toBeLessThan(400 * 2 ** 20)
    expect(complaints).toEqual([])
  })
})
