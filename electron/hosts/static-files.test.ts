import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readStaticFile } from './static-files.ts'

let parent: string
let folder: string
beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), 'static-files-'))
  folder = join(parent, 'renderer')
  mkdirSync(join(folder, 'assets', 'folder.js'), { recursive: true })
  mkdirSync(join(parent, 'renderer-2'))
  writeFileSync(join(folder, 'index.html'), '<p>index</p>')
  writeFileSync(join(folder, 'assets', 'a b.js'), 'code')
  writeFileSync(join(folder, 'assets', 'data.sqlite'), 'ledger')
  writeFileSync(join(folder, '.hidden.js'), 'SECRET')
  writeFileSync(join(parent, 'secret.txt'), 'SECRET')
  writeFileSync(join(parent, 'renderer-2', 'secret.txt'), 'SECRET')
  symlinkSync(join(parent, 'secret.txt'), join(folder, 'assets', 'link.txt'))
})
afterAll(() => rmSync(parent, { recursive: true }))

const read = async (path: string): Promise<string | undefined> => {
  const file = await readStaticFile(folder, path)
  return file && Buffer.from(file.body).toString()
}

describe('the files that an address may name', () => {
  test('are those of the folder, by their decoded names, with a type', async () => {
    expect(await read('/')).toBe('<p>index</p>')
    expect(await read('/assets/a%20b.js')).toBe('code')
    expect((await readStaticFile(folder, '/index.html'))?.contentType).toBe('text/html; charset=utf-8')
  })

  test.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e%2fsecret.txt',
    '/..%5csecret.txt',
    '/assets/%00.js',
    '/index.html%00.txt',
    '/../renderer-2/secret.txt',
    '//secret.txt',
    '/assets/link.txt',
    '/assets/data.sqlite',
    '/assets/folder.js',
    '/.hidden.js',
    '/c:/secret.txt',
    '/%E0%A4%A',
    '/missing.js',
    '/index.html/x.js',
    `/${'x'.repeat(300)}.js`,
    '',
    'index.html',
  ])('%j is none of them', async (path) => expect(await read(path)).toBeUndefined())

  test('no sequence of pieces leads out', async () => {
    const piece = fc.constantFrom(
      '..',
      '.',
      '/',
      '%2e',
      '%2f',
      '\\',
      '%5c',
      'assets',
      'secret.txt',
      'renderer-2',
      '%00',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 10 }), async (pieces) => {
        expect(await read(`/${pieces.join('')}`)).not.toBe('SECRET')
      }),
    )
  })
})
