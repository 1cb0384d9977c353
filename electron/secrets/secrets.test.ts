import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { unwrap } from '../../core/result.ts'
import { type Box, newBoxKey, SCRYPT_COST, type ScryptCost, seal, unseal } from './passphrase-box.ts'
import { openSecretFile } from './secret-file.ts'

/** Cheap enough for hundreds of runs; nothing else about it differs. */
const CHEAP: ScryptCost = { N: 16, r: 1, p: 1 }
const PASSPHRASE = 'correct horse battery'

describe('a box', () => {
  test('gives any text back to its passphrase, and nothing to another', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.string({ minLength: 12 }), async (text, other) => {
        const box: unknown = JSON.parse(JSON.stringify(seal(text, unwrap(await newBoxKey(PASSPHRASE, CHEAP)))))
        expect(unwrap(await unseal(box, PASSPHRASE)).text).toBe(text)
        fc.pre(other.normalize('NFKC') !== PASSPHRASE)
        expect(await unseal(box, other)).toMatchObject({ error: { code: 'cannot-open' } })
      }),
    )
  })

  test('is another each time and does not show the text', async () => {
    const key = unwrap(await newBoxKey(PASSPHRASE, CHEAP))
    const [a, b] = [seal('PLANTED-SECRET', key), seal('PLANTED-SECRET', key)]
    expect(a.iv).not.toBe(b.iv)
    expect(a.text).not.toBe(b.text)
    expect(Buffer.from(JSON.stringify(a)).includes('PLANTED')).toBe(false)
  })

  test('opens with the same passphrase spelled with other code points', async () => {
    const box = seal('text', unwrap(await newBoxKey('caf\u00e9 au lait 12', CHEAP)))
    expect(unwrap(await unseal(box, 'cafe\u0301 au lait 12')).text).toBe('text')
  })

  test('does not open when any part of it was changed', async () => {
    const box = seal('the text', unwrap(await newBoxKey(PASSPHRASE, CHEAP)))
    const flip = (text: string): string => {
      const bytes = Buffer.from(text, 'base64')
      bytes[0]! ^= 1
      return bytes.toString('base64')
    }
    const changed: Box[] = [
      { ...box, text: flip(box.text) },
      { ...box, tag: flip(box.tag) },
      { ...box, iv: flip(box.iv) },
      { ...box, salt: flip(box.salt) },
      { ...box, cost: { ...box.cost, p: 2 } },
    ]
    for (const one of changed) expect(await unseal(one, PASSPHRASE)).toMatchObject({ error: { code: 'cannot-open' } })
  })

  test.each<[string, (box: Box) => unknown]>([
    ['nothing', () => undefined],
    ['a newer version', (box) => ({ ...box, version: 2 })],
    ['a tag that is too short', (box) => ({ ...box, tag: box.tag.slice(0, 8) })],
    ['more memory than there should be', (box) => ({ ...box, cost: { N: 1 << 30, r: 8, p: 1 } })],
    ['a cost that is no power of 2', (box) => ({ ...box, cost: { ...box.cost, N: 17 } })],
  ])('is refused before any work: %s', async (_, change) => {
    const box = seal('text', unwrap(await newBoxKey(PASSPHRASE, CHEAP)))
    expect(await unseal(change(box), PASSPHRASE)).toMatchObject({ error: { code: 'not-a-box' } })
  })

  test('needs a passphrase of some length', async () => {
    expect(await newBoxKey('short', CHEAP)).toMatchObject({
      error: { code: 'passphrase-too-short', message: 'the passphrase has 5 characters, the least is 12' },
    })
  })

  test('costs a guesser 128 MiB', async () => {
    expect(128 * SCRYPT_COST.N * SCRYPT_COST.r).toBe(1 << 27)
    const box = seal('text', unwrap(await newBoxKey(PASSPHRASE)))
    expect(unwrap(await unseal(box, PASSPHRASE)).text).toBe('text')
  })
})

describe('a file of secrets', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'secrets-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('keeps secrets over a restart, for its owner only, unreadable on disk', async () => {
    const path = join(folder, 'secrets.json')
    const first = unwrap(await openSecretFile(path, PASSPHRASE, CHEAP))
    expect(first.names()).toEqual([])
    first.set('binance/omnibus', 'PLANTED-SECRET')
    first.set('__proto__', 'an awkward name')
    first.set('kraken/omnibus', 'to be removed')
    first.delete('kraken/omnibus')
    expect(readFileSync(path, 'utf8')).not.toContain('PLANTED')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const second = unwrap(await openSecretFile(path, PASSPHRASE, CHEAP))
    expect(second.get('binance/omnibus')).toBe('PLANTED-SECRET')
    expect(second.get('__proto__')).toBe('an awkward name')
    expect(second.names()).toEqual(['binance/omnibus', '__proto__'])
  })

  test('says what is wrong with a file that it can not open, and leaves it as it is', async () => {
    const path = join(folder, 'damaged.json')
    writeFileSync(path, 'not JSON')
    expect(await openSecretFile(path, PASSPHRASE, CHEAP)).toMatchObject({ error: { code: 'not-a-box' } })
    expect(readFileSync(path, 'utf8')).toBe('not JSON')
    expect(await openSecretFile(folder, PASSPHRASE, CHEAP)).toMatchObject({ error: { code: 'cannot-read' } })
    const good = join(folder, 'good.json')
    unwrap(await openSecretFile(good, PASSPHRASE, CHEAP)).set('a', 'b')
    expect(await openSecretFile(good, 'another passphrase', CHEAP)).toMatchObject({ error: { code: 'cannot-open' } })
  })
})
