import { registerHooks } from 'node:module'

// From here on `import 'electron'` and `require('electron')` give the stand-in.
const standin = new URL('./electron.ts', import.meta.url).href
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' || specifier === 'electron/main'
      ? { url: standin, format: 'module-typescript', shortCircuit: true }
      : next(specifier, context),
})
Object.defineProperty(process, 'type', { value: 'browser' })
