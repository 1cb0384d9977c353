import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

const at = (...path: string[]): string => join(import.meta.dirname, ...path)

/** Every engine becomes out/main/workers/<name>.js, where the thread link looks for it. */
const engines = Object.fromEntries(
  readdirSync(at('workers'))
    .filter((name) => existsSync(at('workers', name, 'worker.ts')))
    .map((name) => [`workers/${name}`, at('workers', name, 'worker.ts')]),
)

/** The drift filter beside its engine. Without its compiler there is none, and the engine runs its plain sweep. */
const driftFilter = {
  name: 'drift-filter',
  generateBundle(this: { emitFile(file: { type: 'asset'; fileName: string; source: Uint8Array }): string }) {
    const built = spawnSync(process.execPath, [at('scripts', 'build-wasm.mjs')], { stdio: 'inherit' })
    if (built.status !== 0) throw new Error('the drift filter did not compile')
    const file = at('workers', 'drift', 'wasm', 'build', 'filter.wasm')
    if (existsSync(file)) this.emitFile({ type: 'asset', fileName: 'workers/drift.wasm', source: readFileSync(file) })
  },
}

export default defineConfig({
  // One build with several entries, so that every host and thread runs the very same shared chunks. Packages stay
  // outside (they are installed beside it); migrations and resources are read from their source folders.
  main: {
    plugins: [driftFilter],
    build: {
      outDir: at('out/main'),
      rolldownOptions: {
        input: {
          main: at('electron/main.ts'),
          serve: at('electron/serve.ts'),
          cli: at('electron/cli.ts'),
          sandbox: at('sandbox/main.ts'),
          ...engines,
          'workers/history-reader': at('electron/store/history-reader/worker.ts'),
        },
        output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: at('out/preload'),
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: at('electron/preload.ts') },
        // A sandboxed preload must be CommonJS, and "type": "module" makes every .js an ES module.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: at('renderer'),
    plugins: [react()],
    build: {
      outDir: at('out/renderer'),
      // The content policy allows neither fonts as data: addresses nor scripts in the page.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: at('renderer/index.html') },
    },
  },
})
