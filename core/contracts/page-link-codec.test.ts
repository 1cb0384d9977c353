import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unwrap } from '../result.ts'
import { decodeFrame, encodeFrame, MAXIMUM_DEPTH } from './page-link-codec.ts'

const roundTrip = (value: unknown): unknown => unwrap(decodeFrame(encodeFrame(value)))

const typedArray = fc.oneof(
  fc.float64Array({ maxLength: 9 }),
  fc.float32Array({ maxLength: 9 }),
  fc.uint32Array({ maxLength: 9 }),
  fc.int32Array({ maxLength: 9 }),
  fc.uint16Array({ maxLength: 9 }),
  fc.int16Array({ maxLength: 9 }),
  fc.uint8Array({ maxLength: 9 }),
  fc.int8Array({ maxLength: 9 }),
  fc.bigInt64Array({ maxLength: 9 }),
  fc.bigUint64Array({ maxLength: 9 }),
)
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('~', '~n5', '~u', '~s', '~~', '~aFloat64Array:0:1'),
)
const key = fc.oneof(fc.string(), fc.constantFrom('constructor', 'toString', 'hasOwnProperty', 'prototype'))
const message = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    text,
    fc.double(),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0),
    fc.bigInt(),
    fc.boolean(),
    fc.constantFrom(null, undefined),
    typedArray,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(
      key.filter((k) => k !== '__proto__'),
      tie('value'),
      { maxKeys: 5, noNullPrototype: true },
    ),
  ),
})).value

describe('a frame', () => {
  test('brings back every value of the contracts, to the bit', () => {
    fc.assert(
      fc.property(message, (value) => {
        // Not toStrictEqual: it takes a key "constructor" for the object's type.
        expect(isDeepStrictEqual(roundTrip(value), value)).toBe(true)
      }),
    )
  })

  test('is text without typed arrays and binary with them', () => {
    expect(encodeFrame({ quantity: 5n, price: Number.NaN })).toBe('{"quantity":"~n5","price":"~fNaN"}')
    expect(encodeFrame({ rows: new Uint32Array(2) })).toBeInstanceOf(Uint8Array)
  })

  test('brings back a view of a part of a buffer, and of shared memory', () => {
    const whole = Float64Array.from([1, 2, 3, 4])
    const shared = new Uint32Array(new SharedArrayBuffer(8))
    shared[1] = 7
    expect(roundTrip([whole.subarray(1, 3), shared])).toEqual([Float64Array.from([2, 3]), Uint32Array.from([0, 7])])
  })

  test('is read from inside a larger buffer, as sockets hand it over', () => {
    const frame = encodeFrame([Float64Array.from([1.5])]) as Uint8Array<ArrayBuffer>
    const larger = new Uint8Array(frame.length + 3)
    larger.set(frame, 3)
    expect(unwrap(decodeFrame(larger.subarray(3)))).toEqual([Float64Array.from([1.5])])
  })

  test.each([
    ['a function', { answer: [() => 1] }, 'message.answer[0] is a function'],
    ['a symbol', [Symbol('x')], 'message[0] is a symbol'],
    ['a Date', { at: new Date(0) }, 'message.at is an instance of Date'],
    ['a Map', new Map(), 'message is an instance of Map'],
    ['a DataView', new DataView(new ArrayBuffer(8)), 'message is a DataView'],
  ])('refuses %s by its place', (_, value, words) => expect(() => encodeFrame(value)).toThrow(words))
})

describe('what the other side sends', () => {
  test('is a message or bad-frame, never an exception', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.uint8Array({ maxLength: 80 })), (frame) => {
        const result = decodeFrame(typeof frame === 'string' ? frame : Uint8Array.from(frame))
        if (!result.ok) expect(result.error.code).toBe('bad-frame')
      }),
    )
  })

  test('survives any one byte of a binary frame being wrong', () => {
    const frame = encodeFrame({ rows: Uint32Array.from([1, 2]), cells: new Float64Array(3) }) as Uint8Array<ArrayBuffer>
    fc.assert(
      fc.property(fc.nat(frame.length - 1), fc.nat(255), (at, byte) => {
        const damaged = Uint8Array.from(frame)
        damaged[at] = byte
        decodeFrame(damaged)
      }),
    )
  })

  test('cannot reach a prototype', () => {
    const hostile = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a":{"__proto__":null}}'
    const value = unwrap(decodeFrame(hostile)) as Record<string, object>
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(Object.getPrototypeOf(value['a'])).toBe(Object.prototype)
    expect(Object.keys(value)).toEqual(['constructor', 'a'])
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
    expect(({ ...value } as { polluted?: number }).polluted).toBeUndefined()
  })

  test.each([
    ['no JSON', '{'],
    ['an unknown tag', '"~x"'],
    ['a bigint that is none', '"~n1.5"'],
    ['a number that is none', '"~f0x10"'],
    ['an array outside the frame', '"~aFloat64Array:0:1"'],
    ['an array of an unknown kind', '"~aconstructor:0:1"'],
    ['nesting without end', '['.repeat(MAXIMUM_DEPTH + 2) + ']'.repeat(MAXIMUM_DEPTH + 2)],
    ['a header longer than the frame', Uint8Array.from([255, 0, 0, 0, 34])],
    ['a header that is no text', Uint8Array.from([1, 0, 0, 0, 255])],
    ['three bytes', Uint8Array.from([1, 2, 3])],
  ])('is refused: %s', (_, frame) => expect(decodeFrame(frame)).toMatchObject({ error: { code: 'bad-frame' } }))
})
