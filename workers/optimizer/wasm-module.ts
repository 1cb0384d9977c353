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

/** Scalar doubles. */
export const f64 = {
  constant: (value: number): Code => [0x44, doubleBytes(value)],
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
  /** All bits set where true. */
  equal: (a: Code, b: Code): Code => simd(0x47, a, b),
  differ: (a: Code, b: Code): Code => simd(0x48, a, b),
  and: (a: Code, b: Code): Code => simd(0x4e, a, b),
  /** a and not b. */
  without: (a: Code, b: Code): Code => simd(0x4f, a, b),
  flip: (a: Code, b: Code): Code => simd(0x51, a, b),
  any: (a: Code): Code => simd(0x53, a),
  sum: (a: Code): Code => f64.add([a, SIMD, 0x21, 0], [a, SIMD, 0x21, 1]),
}

export const zeroAddress: Code = [0x41, 0]
export const get = (local: number): Code => [0x20, leb(local)]
export const set = (local: number, value: Code): Code => [value, 0x21, leb(local)]
export const when = (condition: Code, body: Code): Code => [condition, 0x04, 0x40, body, 0x0b]

/** Runs the body with local `pointer` from `start` in steps of `stride` while it is below local `end`. */
export function forEachRecord(pointer: number, start: number, end: number, stride: number, body: Code): Code {
  return [
    set(pointer, [0x41, signedLeb(start)]),
    [0x03, 0x40],
    body,
    set(pointer, [get(pointer), 0x41, signedLeb(stride), 0x6a]),
    [get(pointer), get(end), 0x48, 0x0d, 0],
    0x0b,
  ]
}

function flatten(code: Code, into: number[]): void {
  for (const part of code)
    if (typeof part === 'number') into.push(part)
    else flatten(part, into)
}

/** One function: a fixed list of i32 parameters, then locals taken as needed. */
export class FunctionCode {
  readonly name: string
  readonly parameters: number
  readonly #locals: ValueKind[] = []
  readonly #body: Code[] = []

  constructor(name: string, parameters: number) {
    this.name = name
    this.parameters = parameters
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

  bytes(): number[] {
    const declared = [...leb(this.#locals.length), ...this.#locals.flatMap((kind) => [1, kind])]
    const body = [...declared]
    flatten(this.#body, body)
    body.push(0x0b)
    return leb(body.length).concat(body)
  }
}

/** A module of these functions over one imported memory ("host" "memory"). */
export function assembleModule(functions: readonly FunctionCode[]): Uint8Array<ArrayBuffer> {
  const text = (value: string): number[] => [value.length, ...new TextEncoder().encode(value)]
  const section = (id: number, content: number[]): number[] => [id, ...leb(content.length)].concat(content)
  const count = leb(functions.length)
  const types = functions.flatMap(({ parameters }) => [
    0x60,
    ...leb(parameters),
    ...Array.from({ length: parameters }, () => ValueType.i32),
    0,
  ])
  const bodies: number[] = [...count]
  for (const one of functions) for (const byte of one.bytes()) bodies.push(byte)
  return Uint8Array.from([
    0,
    ...text('asm').slice(1),
    1,
    0,
    0,
    0,
    ...section(1, [...count, ...types]),
    ...section(2, [1, ...text('host'), ...text('memory'), 2, 0, 1]),
    ...section(3, [...count, ...functions.flatMap((_, at) => leb(at))]),
    ...section(7, [...count, ...functions.flatMap(({ name }, at) => [...text(name), 0, ...leb(at)])]),
    ...section(10, bodies),
  ])
}
