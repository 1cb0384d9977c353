import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Of wasm/filter.ts; a file of another version has another memory layout. */
const VERSION = 2

/** The compiled filter, or why the engine runs without it. */
export type FilterModule =
  | { readonly module: WebAssembly.Module; readonly why: null }
  | { readonly module: null; readonly why: string }

/** Where a build puts it beside the engine or beside a shared chunk of it, and where the sources have it. */
const PLACES = ['drift.wasm', join('..', 'workers', 'drift.wasm'), join('wasm', 'build', 'filter.wasm')]

/** `folder`: that of the running code. Never fails: without a filter the plain sweep gives the same results. */
export function findFilter(folder: string): FilterModule {
  const found = PLACES.map((place) => join(folder, place)).find((path) => existsSync(path))
  if (found === undefined) return without('the compiled filter is not there (npm run prepare builds it)')
  return compileFilter(readFileSync(found))
}

export function compileFilter(bytes: Uint8Array<ArrayBuffer>): FilterModule {
  if (!WebAssembly.validate(bytes)) return without('this runtime refuses the compiled filter: it may lack SIMD')
  const module = new WebAssembly.Module(bytes)
  const { VERSION: version } = instantiate(module, new WebAssembly.Memory({ initial: 1, maximum: 65_536 }))
  if (version.value !== VERSION) {
    return without(`the compiled filter has version ${version.value}, this engine needs ${VERSION}`)
  }
  return { module, why: null }
}

/** See wasm/filter.ts for the arguments: addresses are bytes in the memory given. */
interface FilterExports {
  readonly VERSION: WebAssembly.Global<'i32'>
  gather(set: number, cashVectors: number, gapsBeyond: number): void
  classify(
    books: number,
    cashVectors: number,
    bookAt: number,
    bandAt: number,
    hasGaps: number,
    told: number,
    verdicts: number,
    queue: number,
    counts: number,
    widen: number,
  ): number
}

export const instantiate = (module: WebAssembly.Module, memory: WebAssembly.Memory): FilterExports =>
  new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as FilterExports

const without = (why: string): FilterModule => ({ module: null, why })
