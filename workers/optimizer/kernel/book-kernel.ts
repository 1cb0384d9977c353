import { judgeCode } from './kernel-judge.ts'
import { type BookKernel, FUNCTIONS, indexOf, type KernelLayout, type KernelShape, layoutOf } from './kernel-layout.ts'
import { curveCode, followCode, probeCode, stepAgainCode, stepCode } from './kernel-lines.ts'
import { loadCode, nearCode, readCode, spreadCode } from './kernel-load.ts'
import { solveCode } from './kernel-newton.ts'
import {
  assembleModule,
  call,
  FunctionCode,
  get,
  giveBack,
  i32,
  set,
  ValueType,
  when,
  zeroAddress,
} from './wasm-module.ts'

const modules = new Map<string, WebAssembly.Module>()

/** Compiled once per shape and thread. */
export function createBookKernel(shape: KernelShape, memory: WebAssembly.Memory): BookKernel {
  const key = JSON.stringify(shape)
  let module = modules.get(key)
  if (module === undefined) {
    const layout = layoutOf(shape)
    const code: Record<(typeof FUNCTIONS)[number], FunctionCode> = {
      spread: spreadCode(shape, layout),
      load: loadCode(shape, layout),
      near: nearCode(shape, layout),
      probePlain: probeCode(shape, layout, false),
      probeCurved: probeCode(shape, layout, true),
      curve: curveCode(shape, layout),
      step: stepCode(layout),
      stepAgain: stepAgainCode(layout),
      follow: followCode(shape, layout),
      solve: solveCode(shape, layout),
      read: readCode(shape, layout),
      judgePlain: judgeCode(shape, layout, false),
      judgeCurved: judgeCode(shape, layout, true),
      run: runCode(layout),
    }
    module = new WebAssembly.Module(assembleModule(FUNCTIONS.map((name) => code[name])))
    modules.set(key, module)
  }
  return new WebAssembly.Instance(module, { host: { memory } }).exports as unknown as BookKernel
}

function runCode(layout: KernelLayout): FunctionCode {
  const code = new FunctionCode('run', 7, true)
  const [end, book, members, slack, size, near, judge] = [0, 1, 2, 3, 4, 5, 6]
  const arrived = code.local(ValueType.i32)
  const all = [end, book, members, slack, size].map(get)
  const judged = [end, book, members, size].map(get)
  code.emit(
    when(i32.not(call(indexOf('load'), ...all)), giveBack(i32.constant(0))),
    when(get(near), call(indexOf('near'), ...all)),
    set(arrived, call(indexOf('solve'), get(end), get(book))),
    when(i32.not(get(arrived)), giveBack(i32.constant(0))),
    call(indexOf('read'), ...all),
    when(i32.not(get(judge)), giveBack(i32.constant(1))),
    when(
      i32.load(zeroAddress, 8 * layout.curved),
      call(indexOf('judgeCurved'), ...judged),
      call(indexOf('judgePlain'), ...judged),
    ),
    i32.constant(2),
  )
  return code
}
