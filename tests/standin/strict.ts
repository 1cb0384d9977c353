/** What of an Electron type may be implemented: any part, each member with its true type. Events are EventEmitter's. */
export type Modelled<T> = Partial<Omit<T, keyof NodeJS.EventEmitter>>

/** Looked at by promises, inspectors and test tools on any object: their absence is no use of the API. */
const HARMLESS = new Set<PropertyKey>(['then', 'toJSON', 'asymmetricMatch', 'nodeType', 'constructor'])

/**
 * An Electron object whose unmodelled members throw when touched, so that the app can't come to rely on something
 * that the stand-in does not do. Members are called on the object itself: private fields do not pass through a proxy.
 */
export function strict<T extends object>(name: string, part: Modelled<T> & object): T {
  return new Proxy(part, {
    get(target, key) {
      if (!(key in target)) {
        if (typeof key === 'symbol' || HARMLESS.has(key)) return undefined
        throw new Error(`the stand-in for Electron does not model ${name}.${key}`)
      }
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  }) as unknown as T
}
