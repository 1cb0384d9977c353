import * as Comlink from 'comlink'

type Buffers = Parameters<typeof Comlink.transfer>[1]

/**
 * Marks the buffers of an argument or of an engine's answer to be moved instead of copied (8 MB: 0.14 ms, not 1.1 ms).
 * The sender's views on them are empty afterwards. Shared buffers are shared as they are and need no mark.
 */
export const transfer = <T extends object>(value: T, buffers: readonly ArrayBuffer[]): T =>
  Comlink.transfer(value, buffers as unknown as Buffers)
