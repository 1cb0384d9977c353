import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'

/** Source text of a module of page/ with all it imports; its exports become properties of `standin`. */
async function bundle(name: string): Promise<string> {
  const outputs = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      lib: { entry: join(import.meta.dirname, 'page', `${name}.ts`), formats: ['iife'], name: 'standin' },
    },
  })
  const [output] = Array.isArray(outputs) ? outputs : [outputs]
  if (output === undefined || !('output' in output)) throw new Error(`${name} was not bundled`)
  return output.output[0].code
}

/** What runs in each world of a new document before anything of the page does. */
export interface PageScripts {
  readonly page: string
  isolated(preload: string): string
}

export async function makePageScripts(): Promise<PageScripts> {
  const [page, isolated] = await Promise.all([bundle('page-world'), bundle('isolated-world')])
  const inMainFrame = (code: string): string => `(() => { if (window !== window.top) return;\n${code}\n})()`
  return {
    page: inMainFrame(page),
    isolated: (preload) =>
      inMainFrame(`${isolated}
        const module = { exports: {} }
        try {
          (function (exports, require, module, process) {
            ${readFileSync(preload, 'utf8')}
          })(module.exports, standin.requireInPreload, module, { platform: '${process.platform}', sandboxed: true })
        } catch (error) {
          standin.reportPreloadError(error)
        }`),
  }
}
