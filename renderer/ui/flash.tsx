import { type ReactNode, useLayoutEffect, useRef } from 'react'

const LASTS_MS = 320
/** At most three a second, whatever changes. */
const EVERY_MS = 334

/** Lights up shortly when `value` changes to another text; not on the first drawing, not with reduced motion. */
export function Flash({ value, children }: { readonly value: string; readonly children: ReactNode }) {
  const box = useRef<HTMLSpanElement>(null)
  const last = useRef({ value, at: Number.NEGATIVE_INFINITY })
  useLayoutEffect(() => {
    if (last.current.value === value) return
    const now = performance.now()
    const tooSoon = now - last.current.at < EVERY_MS
    last.current = { value, at: tooSoon ? last.current.at : now }
    if (tooSoon || matchMedia('(prefers-reduced-motion: reduce)').matches) return
    const wash = getComputedStyle(document.documentElement).getPropertyValue('--line-strong').trim()
    box.current?.animate([{ backgroundColor: wash }, { backgroundColor: 'transparent' }], {
      duration: LASTS_MS,
      easing: 'ease-out',
    })
  }, [value])
  return <span ref={box}>{children}</span>
}
