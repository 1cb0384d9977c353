import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshFolder, openBrowser, openScreens, type Served, serve, serveUntilEnd } from './harness.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

describe('the built browser host', () => {
  let served: Served
  beforeAll(async () => {
    served = await serve()
  })
  afterAll(() => served?.stop())

  test('shows the sample firm live, without a complaint of the browser, the token gone from the address', async () => {
    const { page, complaints } = await openScreens(browser, served)
    const grid = page.getByRole('grid').first()
    await grid.waitFor()
    await expect.poll(() => grid.getByRole('row').count()).toBeGreaterThan(10)
    const before = await grid.textContent()
    await expect.poll(() => grid.textContent(), { timeout: 20_000 }).not.toBe(before)
    expect(page.url()).not.toContain('token')
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)
    expect(await page.evaluate(() => document.cookie)).toBe('')
    expect(complaints).toEqual([])
    await page.close()
  })

  test('runs no script that was not built', async () => {
    const { page } = await openScreens(browser, served)
    const ran = await page.evaluate(() => {
      const script = document.createElement('script')
      script.textContent = 'window.intruder = true'
      document.head.append(script)
      return Reflect.get(window, 'intruder') === true
    })
    expect(ran).toBe(false)
    await page.close()
  })

  test('shows nothing to a browser without the token', async () => {
    const stranger = await browser.newContext()
    const page = await stranger.newPage()
    const answer = await page.goto(new URL(served.address).origin)
    expect(answer?.status()).toBe(403)
    expect(await page.textContent('body')).toContain('open the address that was printed at the start')
    await stranger.close()
  })
})

describe('the life of the process', () => {
  test('a port in use is named, with exit code 2', async () => {
    const other = createServer()
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port))
    })
    const ended = await serveUntilEnd(freshFolder('port'), ['--port', String(port)])
    other.close()
    expect(ended).toMatchObject({ exitCode: 2, output: expect.stringContaining(`port ${port} on 127.0.0.1 is in use`) })
  })

  test('a flag with a wrong value is named, with exit code 2', async () => {
    const ended = await serveUntilEnd(freshFolder('flag'), ['--port', '99999'])
    expect(ended).toMatchObject({ exitCode: 2, output: expect.stringContaining('--port was "99999"') })
  })

  test('a damaged database is named and left as it is', async () => {
    const folder = freshFolder('damaged')
    const path = join(folder, 'trimtab.sqlite')
    const damaged = 'this is no database, and was somebody’s only copy'.repeat(100)
    writeFileSync(path, damaged)
    const ended = await serveUntilEnd(folder, ['--books', '20'])
    expect(ended.exitCode).toBe(1)
    expect(ended.output).toMatch(/trimtab\.sqlite/)
    expect(ended.output.trim().split('\n')).toHaveLength(1)
    expect(readFileSync(path, 'utf8')).toBe(damaged)
  })

  test('a signal ends it with 0, and what was killed starts again on the same data', async () => {
    const folder = freshFolder('restart')
    const first = await serve(folder)
    await first.kill()
    const second = await serve(folder)
    const { page } = await openScreens(browser, second)
    await page.getByRole('grid').first().waitFor()
    await page.close()
    expect(await second.stop()).toBe(0)
  })
})
