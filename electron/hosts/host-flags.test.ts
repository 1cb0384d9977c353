import { describe, expect, test } from 'vitest'
import { readHostFlags } from './host-flags.ts'

const STANDARD = { port: 0, dataFolder: null, books: 200, seed: 1, prices: null, speed: 60 }

describe('the flags of a host', () => {
  test('have defaults and are read in both spellings', () => {
    expect(readHostFlags([], false)).toEqual({ ok: true, value: STANDARD })
    expect(readHostFlags(['--port', '4800', '--data=/tmp/a b', '--seed', '7'], false)).toEqual({
      ok: true,
      value: { ...STANDARD, port: 4800, dataFolder: '/tmp/a b', seed: 7 },
    })
  })

  test.each([
    [['--port', '65536'], '--port was "65536"'],
    [['--port', '-1'], '--port'],
    [['--port', '4.5'], '--port was "4.5"'],
    [['--port='], '--port was ""'],
    [['--port', 'http'], 'a whole number from 0 to 65535'],
    [['--port'], '--port'],
    [['--books', '0'], '--books was "0", it must be a whole number from 1 to 20000'],
    [['--speed', '1e9'], '--speed was "1e9"'],
    [['--prices='], '--prices needs a file'],
    [['--data='], '--data needs a folder'],
    [['--dta', 'x'], '--dta'],
    [['x'], 'x'],
  ])('%j is refused with its value', (args, words) => {
    expect(readHostFlags(args, false)).toMatchObject({
      ok: false,
      error: { code: 'bad-option', message: expect.stringContaining(words) },
    })
  })

  test("Chromium's switches pass beside ours", () => {
    expect(readHostFlags(['--no-sandbox', '--inspect=0', '.', '--data', 'D'], true)).toEqual({
      ok: true,
      value: { ...STANDARD, dataFolder: 'D' },
    })
    expect(readHostFlags(['--data'], true)).toMatchObject({ ok: false })
    expect(readHostFlags(['--port'], true)).toMatchObject({ ok: false })
  })
})
