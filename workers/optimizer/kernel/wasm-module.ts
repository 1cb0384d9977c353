/**
 * The few WebAssembly instructions the line kernels are made of. Code is nested lists of bytes in stack order;
 * expressions leave one value, statements none. All loads and stores are of 8 or 16 aligned bytes.
 */
export type Code = readonly (number | Code)[]

export const ValueType = { i32: 0x7f, f64: 0x7c, v128: 0x7b } as const
export type ValueKind = (typeof ValueType)[keyof typeof ValueType]

const SIMD = 0xfd

function leb(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value; ; ) {
    const low = rest & 0x7f
    rest >>>= 7
    if (rest === 0) return [...bytes, low]
    bytes.push(low | 0x80)
  }
}

/** Signed LEB128, for constants. */
function signedLeb(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value; ; ) {
    const low = rest & 0x7f
    rest >>= 7
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return [...bytes, low]
    bytes.push(low | 0x80)
  }
}

const doubleBytes = (value: number): number[] => [...new Uint8Array(Float64Array.of(value).buffer)]
const simd = (operation: number, ...operands: Code[]): Code => [...operands, SIMD, leb(operation)]

/** 32-bit integers: addresses, counters and truth. */
export const i32 = {
  constant: (value: number): Code => [0x41, signedLeb(value)],
  load: (address: Code, offset: number): Code => [address, 0x28, 2, leb(offset)],
  store: (address: Code, offset: number, value: Code): Code => [address, value, 0x36, 2, leb(offset)],
  loadByte: (address: Code): Code => [address, 0x2d, 0, 0],
  from: (double: Code): Code => [double, 0xaa],
  not: (a: Code): Code => [a, 0x45],
  equal: (a: Code, b: Code): Code => [a, b, 0x46],
  less: (a: Code, b: Code): Code => [a, b, 0x48],
  add: (a: Code, b: Code): Code => [a, b, 0x6a],
  times: (a: Code, b: Code): Code => [a, b, 0x6c],
  and: (a: Code, b: Code): Code => [a, b, 0x71],
  or: (a: Code, b: Code): Code => [a, b, 0x72],
}

/** Scalar doubles; comparisons leave 1 or 0. */
export const f64 = {
  constant: (value: number): Code => [0x44, doubleBytes(value)],
  from: (integer: Code): Code => [integer, 0xb7],
  equal: (a: Code, b: Code): Code => [a, b, 0x61],
  differ: (a: Code, b: Code): Code => [a, b, 0x62],
  less: (a: Code, b: Code): Code => [a, b, 0x63],
  greater: (a: Code, b: Code): Code => [a, b, 0x64],
  atMost: (a: Code, b: Code): Code => [a, b, 0x65],
  atLeast: (a: Code, b: Code): Code => [a, b, 0x66],
  abs: (a: Code): Code => [a, 0x99],
  negative: (a: Code): Code => [a, 0x9a],
  min: (a: Code, b: Code): Code => [a, b, 0xa4],
  load: (address: Code, offset: number): Code => [address, 0x2b, 3, leb(offset)],
  store: (address: Code, offset: number, value: Code): Code => [address, value, 0x39, 3, leb(offset)],
  add: (a: Code, b: Code): Code => [a, b, 0xa0],
  sub: (a: Code, b: Code): Code => [a, b, 0xa1],
  mul: (a: Code, b: Code): Code => [a, b, 0xa2],
  div: (a: Code, b: Code): Code => [a, b, 0xa3],
  max: (a: Code, b: Code): Code => [a, b, 0xa5],
  sqrt: (a: Code): Code => [a, 0x9f],
}

/** Pairs of doubles. */
export const pair = {
  constant: (value: number): Code => [SIMD, 0x0c, doubleBytes(value), doubleBytes(value)],
  load: (address: Code, offset: number): Code => [address, SIMD, 0, 4, leb(offset)],
  /** One double in both places. */
  loadBoth: (address: Code, offset: number): Code => [address, SIMD, 0x0a, 3, leb(offset)],
  store: (address: Code, offset: number, value: Code): Code => [address, value, SIMD, 0x0b, 4, leb(offset)],
  add: (a: Code, b: Code): Code => simd(0xf0, a, b),
  sub: (a: Code, b: Code): Code => simd(0xf1, a, b),
  mul: (a: Code, b: Code): Code => simd(0xf2, a, b),
  div: (a: Code, b: Code): Code => simd(0xf3, a, b),
  /** The smaller and the larger, one machine instruction each; no NaN may come in. */
  least: (a: Code, b: Code): Code => simd(0xf6, a, b),
  most: (a: Code, b: Code): Code => simd(0xf7, a, b),
  abs: (a: Code): Code => simd(0xec, a),
  sqrt: (a: Code): Code => simd(0xef, a),
  negative: (a: Code): Code => simd(0xed, a),
  /** All bits set where true. */
  equal: (a: Code, b: Code): Code => simd(0x47, a, b),
  differ: (a: Code, b: Code): Code => simd(0x48, a, b),
  less: (a: Code, b: Code): Code => simd(0x49, a, b),
  greater: (a: Code, b: Code): Code => simd(0x4a, a, b),
  atMost: (a: Code, b: Code): Code => simd(0x4b, a, b),
  atLeast: (a: Code, b: Code): Code => simd(0x4c, a, b),
  or: (a: Code, b: Code): Code => simd(0x50, a, b),
  /** Bits of a where the mask is set, of b elsewhere. */
  choose: (a: Code, b: Code, mask: Code): Code => simd(0x52, a, b, mask),
  splat: (a: Code): Code => simd(0x14, a),
  /** Two bytes, each as a double. */
  fromBytes: (address: Code, offset: number): Code =>
    simd(0xfe, simd(0xa9, simd(0x89, [address, SIMD, 0x08, 0, leb(offset)]))),
  first: (a: Code): Code => [a, SIMD, 0x21, 0],
  second: (a: Code): Code => [a, SIMD, 0x21, 1],
  and: (a: Code, b: Code): Code => simd(0x4e, a, b),
  /** a and not b. */
  without: (a: Code, b: Code): Code => simd(0x4f, a, b),
  flip: (a: Code, b: Code): Code => simd(0x51, a, b),
  any: (a: Code): Code => simd(0x53, a),
  /** Of the two places of a local. */
  sum: (a: Code): Code => f64.add(pair.first(a), pair.second(a)),
  largest: (a: Code): Code => f64.max(pair.first(a), pair.second(a)),
}

export const zeroAddress: Code = [0x41, 0]
export const get = (local: number): Code => [0x20, leb(local)]
export const set = (local: number, value: Code): Code => [value, 0x21, leb(local)]
export const select = (condition: Code, a: Code, b: Code): Code => [a, b, condition, 0x1b]
export const when = (condition: Code, body: Code, otherwise: Code = []): Code => [
  condition,
  0x04,
  0x40,
  body,
  otherwise.length === 0 ? [] : [0x05, otherwise],
  0x0b,
]
export const call = (functionIndex: number, ...operands: Code[]): Code => [...operands, 0x10, leb(functionIndex)]
export const giveBack = (value: Code): Code => [value, 0x0f]

/** Repeats its body until a `leave` inside it; both count the blocks between them and the loop, `when` included. */
export const forever = (body: Code): Code => [0x02, 0x40, 0x03, 0x40, body, 0x0c, 0, 0x0b, 0x0b]
export const leave = (blocksBetween: number): Code => [0x0c, leb(blocksBetween + 1)]
export const again = (blocksBetween: number): Code => [0x0c, leb(blocksBetween)]

/** Runs the body, then moves every pointer on by its stride, while the first is below local `end`. */
export function forEachPair(
  pointers: readonly (readonly [local: number, stride: number])[],
  end: number,
  body: Code,
): Code {
  return [
    0x03,
    0x40,
    body,
    pointers.map(([local, stride]) => set(local, i32.add(get(local), i32.constant(stride)))),
    i32.less(get(pointers[0]![0]), get(end)),
    0x0d,
    0,
    0x0b,
  ]
}

/** Bytes as they come: a kernel has tens of thousands, of which no lists are made. */
class ByteWriter {
  #bytes = new Uint8Array(4096)
  #length = 0

  write(code: Code): void {
    for (const part of code) {
      if (typeof part !== 'number') {
        this.write(part)
        continue
      }
      this.#reserve(1)
      this.#bytes[this.#length++] = part
    }
  }

  /** Bytes with their number before them. */
  writeSized(bytes: Uint8Array): void {
    this.write(leb(bytes.length))
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length)
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const grown = new Uint8Array(2 * (this.#length + more))
    grown.set(this.#bytes)
    this.#bytes = grown
  }
}

/** One function: a fixed list of i32 parameters, then locals taken as needed; an i32 back where `answers`. */
export class FunctionCode {
  readonly name: string
  readonly parameters: number
  readonly answers: boolean
  readonly #locals: ValueKind[] = []
  readonly #body: Code[] = []

  constructor(name: string, parameters: number, answers = false) {
    this.name = name
    this.parameters = parameters
    this.answers = answers
  }

  local(kind: ValueKind): number {
    return this.parameters + this.#locals.push(kind) - 1
  }

  locals(kind: ValueKind, count: number): number[] {
    return Array.from({ length: count }, () => this.local(kind))
  }

  emit(...code: Code[]): void {
    this.#body.push(...code)
  }

  bytes(): Uint8Array {
    const body = new ByteWriter()
    body.write([leb(this.#locals.length), this.#locals.flatMap((kind) => [1, kind]), this.#body, 0x0b])
    return body.written()
  }
}

/** A module of these functions over one imported memory ("host" "memory"). */
export function assembleModule(functions: readonly FunctionCode[]): Uint8Array<ArrayBuffer> {
  const text = (value: string): Code => [value.length, [...new TextEncoder().encode(value)]]
  const count = leb(functions.length)
  const types = functions.map(({ parameters, answers }) => [
    0x60,
    leb(parameters),
    Array.from({ length: parameters }, () => ValueType.i32),
    answers ? [1, ValueType.i32] : 0,
  ])
  const module = new ByteWriter()
  const section = (id: number, write: (content: ByteWriter) => void): void => {
    const content = new ByteWriter()
    write(content)
    module.write([id])
    module.writeSized(content.written())
  }
  module.write([0, [...new TextEncoder().encode('asm')], 1, 0, 0, 0])
  section(1, (content) => content.write([count, types]))
  section(2, (content) => content.write([1, text('host'), text('memory'), 2, 0, 1]))
  section(3, (content) => content.write([count, functions.map((_, at) => leb(at))]))
  section(7, (content) => content.write([count, functions.map(({ name }, at) => [text(name), 0, leb(at)])]))
  section(10, (content) => {
    content.write(count)
    for (const one of functions) content.writeSized(one.bytes())
  })
  return module.written()
}
