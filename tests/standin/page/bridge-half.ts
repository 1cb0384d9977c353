/**
 * One half of Electron's context bridge; the same code runs in the page's world and in the isolated one. They share
 * the DOM and nothing else: values cross as the detail of a custom event, which Chromium clones between worlds.
 * Functions cross as numbers and are called back through events, synchronously as in Electron.
 */
type World = 'page' | 'isolated'

type Crossed =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'function'; readonly id: number }
  | { readonly kind: 'object'; readonly fields: readonly (readonly [string, Crossed])[] }

type Signal =
  | { readonly kind: 'expose'; readonly name: string; readonly api: Crossed }
  | { readonly kind: 'call'; readonly id: number; readonly args: readonly Crossed[] }
  | { readonly kind: 'answer'; readonly value: Crossed }
  | { readonly kind: 'threw'; readonly message: string }
  | { readonly kind: 'open-window'; readonly url: string }

type Callable = (...args: unknown[]) => unknown

export function joinWorlds(here: World, onOpenWindow: (url: string) => void = () => {}) {
  const there: World = here === 'page' ? 'isolated' : 'page'
  const local: Callable[] = []
  const remote = new Map<number, Callable>()
  const reply: { last: Signal | null } = { last: null }
  const post = (signal: Signal): void => {
    window.dispatchEvent(new CustomEvent(`standin:${there}`, { detail: signal }))
  }

  const outward = (value: unknown): Crossed => {
    if (typeof value === 'function') {
      const known = local.indexOf(value as Callable)
      return { kind: 'function', id: known >= 0 ? known : local.push(value as Callable) - 1 }
    }
    if (typeof value === 'symbol' || value instanceof Promise || Array.isArray(value)) {
      throw new Error('the stand-in for Electron does not model this value on the context bridge')
    }
    if (typeof value !== 'object' || value === null) return { kind: 'value', value }
    return { kind: 'object', fields: Object.entries(value).map(([key, field]) => [key, outward(field)]) }
  }
  const inward = (crossed: Crossed): unknown => {
    switch (crossed.kind) {
      case 'value':
        return crossed.value
      case 'object':
        return Object.freeze(Object.fromEntries(crossed.fields.map(([key, field]) => [key, inward(field)])))
      case 'function': {
        const known = remote.get(crossed.id)
        if (known) return known
        const call: Callable = (...args) => {
          post({ kind: 'call', id: crossed.id, args: args.map(outward) })
          const { last } = reply
          if (last?.kind === 'threw') throw new Error(last.message)
          return last?.kind === 'answer' ? inward(last.value) : undefined
        }
        remote.set(crossed.id, call)
        return call
      }
    }
  }

  window.addEventListener(`standin:${here}`, (event) => {
    const signal = (event as CustomEvent<Signal>).detail
    switch (signal.kind) {
      case 'expose':
        Object.defineProperty(window, signal.name, { value: inward(signal.api), enumerable: true })
        break
      case 'call': {
        let answer: Signal
        try {
          answer = { kind: 'answer', value: outward(local[signal.id]!(...signal.args.map(inward))) }
        } catch (error) {
          answer = { kind: 'threw', message: error instanceof Error ? error.message : String(error) }
        }
        post(answer)
        break
      }
      case 'answer':
      case 'threw':
        reply.last = signal
        break
      case 'open-window':
        onOpenWindow(signal.url)
        break
    }
  })
  return {
    expose(name: string, api: unknown): void {
      if (name in window) throw new Error('Cannot bind an API on top of an existing property on the window object')
      post({ kind: 'expose', name, api: outward(api) })
    },
    openWindow: (url: string): void => post({ kind: 'open-window', url }),
  }
}
