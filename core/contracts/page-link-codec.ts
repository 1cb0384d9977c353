import { type Failure, fail, ok, type Result } from '../result.ts'

/**
 * How a message of the page link looks on a WebSocket.
 * Without typed arrays: one text frame of JSON. With them: one binary frame,
 *   u32 little-endian length of the JSON · JSON · padding to 8 bytes · the arrays' bytes, each padded to 8 bytes,
 * so that the receiver's arrays are views of the frame itself.
 * What JSON lacks is text behind a "~": "~n-5" a bigint, "~fNaN" a number, "~u" undefined, "~aFloat64Array:0:3" an
 * array at byte 0 with 3 elements, "~s~x" the text "~x".
 */
export type Frame = string | Uint8Array<ArrayBuffer>

export type FrameFailure = Failure<'bad-frame'>

const ARRAYS = {
  Float64Array,
  Float32Array,
  Int32Array,
  Uint32Array,
  Uint16Array,
  Int16Array,
  Uint8Array,
  Int8Array,
  BigInt64Array,
  BigUint64Array,
} as const
type ArrayName = keyof typeof ARRAYS

/** Far beyond any contract; keeps hostile nesting from exhausting the stack. */
export const MAXIMUM_DEPTH = 64
const ALIGNMENT = 8
const HEADER_BYTES = 4
const aligned = (length: number): number => Math.ceil(length / ALIGNMENT) * ALIGNMENT

/**
 * Plain objects, arrays, text, numbers, booleans, null, undefined, bigint and typed arrays.
 * Throws on anything else (a function, a Date, a Map, an instance of a class): no contract has them.
 */
export function encodeFrame(message: unknown): Frame {
  const arrays: Uint8Array[] = []
  let arrayBytes = 0

  const toJson = (value: unknown, path: string, depth: number): unknown => {
    switch (typeof value) {
      case 'string':
        return value.startsWith('~') ? `~s${value}` : value
      case 'number':
        return Number.isFinite(value) && !Object.is(value, -0) ? value : `~f${Object.is(value, -0) ? '-0' : value}`
      case 'bigint':
        return `~n${value}`
      case 'boolean':
        return value
      case 'undefined':
        return '~u'
      case 'object':
        break
      default:
        throw new Error(`${path} is a ${typeof value}: it can't cross the page link`)
    }
    if (value === null) return null
    if (depth > MAXIMUM_DEPTH) throw new Error(`${path} is nested deeper than ${MAXIMUM_DEPTH}`)
    if (ArrayBuffer.isView(value)) {
      const name = value.constructor.name
      if (!isArrayName(name)) throw new Error(`${path} is a ${name}: it can't cross the page link`)
      const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      const tag = `~a${name}:${arrayBytes}:${bytes.length / ARRAYS[name].BYTES_PER_ELEMENT}`
      arrays.push(bytes)
      arrayBytes += aligned(bytes.length)
      return tag
    }
    if (Array.isArray(value)) return Array.from(value, (item, index) => toJson(item, `${path}[${index}]`, depth + 1))
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) {
      throw new Error(`${path} is an instance of ${value.constructor.name}: it can't cross the page link`)
    }
    return Object.fromEntries(
      Object.entries(value).map(([key, field]) => [key, toJson(field, `${path}.${key}`, depth + 1)]),
    )
  }

  const json = JSON.stringify(toJson(message, 'message', 0))
  return arrays.length === 0 ? json : packBinary(json, arrays, arrayBytes)
}

function packBinary(json: string, arrays: readonly Uint8Array[], arrayBytes: number): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(json)
  let at = aligned(HEADER_BYTES + text.length)
  const frame = new Uint8Array(at + arrayBytes)
  new DataView(frame.buffer).setUint32(0, text.length, true)
  frame.set(text, HEADER_BYTES)
  for (const bytes of arrays) {
    frame.set(bytes, at)
    at += aligned(bytes.length)
  }
  return frame
}

/** Reads a frame of the other side. Whatever arrives, the answer is a message or `bad-frame`; nothing is thrown. */
export function decodeFrame(frame: string | ArrayBuffer | Uint8Array<ArrayBuffer>): Result<unknown, FrameFailure> {
  try {
    if (typeof frame === 'string') return ok(fromJson(JSON.parse(frame), new ArrayBuffer(0), 0, 0))
    const buffer = wholeBuffer(frame)
    if (buffer.byteLength < HEADER_BYTES) return fail('bad-frame', `a binary frame has ${buffer.byteLength} bytes`)
    const length = new DataView(buffer).getUint32(0, true)
    if (length > buffer.byteLength - HEADER_BYTES) {
      return fail('bad-frame', `a frame of ${buffer.byteLength} bytes claims a header of ${length}`)
    }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(buffer, HEADER_BYTES, length))
    return ok(fromJson(JSON.parse(text), buffer, aligned(HEADER_BYTES + length), 0))
  } catch (error) {
    return fail('bad-frame', error instanceof Error ? error.message : String(error))
  }
}

/** A view that starts inside a larger buffer is copied: its arrays would not be aligned, and would keep it alive. */
function wholeBuffer(frame: ArrayBuffer | Uint8Array<ArrayBuffer>): ArrayBuffer {
  if (frame instanceof ArrayBuffer) return frame
  return frame.byteLength === frame.buffer.byteLength ? frame.buffer : Uint8Array.from(frame).buffer
}

function fromJson(value: unknown, buffer: ArrayBuffer, base: number, depth: number): unknown {
  if (typeof value === 'string') return value.startsWith('~') ? fromTag(value, buffer, base) : value
  if (typeof value !== 'object' || value === null) return value
  if (depth > MAXIMUM_DEPTH) throw new Error(`the message is nested deeper than ${MAXIMUM_DEPTH}`)
  if (Array.isArray(value)) return value.map((item) => fromJson(item, buffer, base, depth + 1))
  const fields: Record<string, unknown> = {}
  for (const [key, field] of Object.entries(value)) {
    // Assigning it would replace the prototype of `fields`, and of every copy made of it later.
    if (key === '__proto__') continue
    fields[key] = fromJson(field, buffer, base, depth + 1)
  }
  return fields
}

function fromTag(tag: string, buffer: ArrayBuffer, base: number): unknown {
  const rest = tag.slice(2)
  switch (tag[1]) {
    case 's':
      return rest
    case 'n':
      if (/^-?\d+$/.test(rest)) return BigInt(rest)
      break
    case 'f':
      if (/^(NaN|-?Infinity|-0)$/.test(rest)) return Number(rest)
      break
    case 'u':
      if (rest === '') return undefined
      break
    case 'a': {
      const match = /^(\w+):(\d+):(\d+)$/.exec(rest)
      if (match && isArrayName(match[1]!)) {
        // The constructor throws when the array would reach beyond the frame.
        return new ARRAYS[match[1]](buffer, base + Number(match[2]), Number(match[3]))
      }
      break
    }
  }
  throw new Error(`"${tag.slice(0, 40)}" is not a tag of the page link`)
}

const isArrayName = (name: string): name is ArrayName => Object.hasOwn(ARRAYS, name)
