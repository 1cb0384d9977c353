/** From the page's isolated world (the preload) to the stand-in's main process. Payloads are packed clones. */
export type FromPage =
  | { readonly kind: 'ipc'; readonly channel: string; readonly args: string }
  | { readonly kind: 'port'; readonly port: number; readonly value: string }
  | { readonly kind: 'port-closed'; readonly port: number }
  | { readonly kind: 'open-window'; readonly url: string }
  | { readonly kind: 'preload-error'; readonly message: string }

export type ToPage =
  | { readonly kind: 'ipc'; readonly channel: string; readonly args: string; readonly ports: readonly number[] }
  | { readonly kind: 'port'; readonly port: number; readonly value: string }
  | { readonly kind: 'port-closed'; readonly port: number }

/** The isolated world in which preloads run, and the function that leads out of it. */
export const ISOLATED_WORLD = 'Electron Isolated Context'
export const OUTWARD = '__standinSend'
export const INWARD = '__standinReceive'
