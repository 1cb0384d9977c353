import { decodeFrame, encodeFrame } from '../../core/contracts/page-link-codec.ts'
import { unwrap } from '../../core/result.ts'

/**
 * Electron clones messages between processes; here they travel as text through the DevTools protocol. Runs on both
 * sides. What no contract holds (functions, dates, maps) throws, as a function does in Electron.
 */
export function packClone(value: unknown): string {
  const frame = encodeFrame(value)
  if (typeof frame === 'string') return `t${frame}`
  let binary = ''
  for (let at = 0; at < frame.length; at += 0x8000) binary += String.fromCharCode(...frame.subarray(at, at + 0x8000))
  return `b${btoa(binary)}`
}

export function unpackClone(packed: string): unknown {
  if (packed.startsWith('t')) return unwrap(decodeFrame(packed.slice(1)))
  return unwrap(decodeFrame(Uint8Array.from(atob(packed.slice(1)), (character) => character.charCodeAt(0))))
}
