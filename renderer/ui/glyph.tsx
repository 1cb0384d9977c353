import type { ReactNode } from 'react'

/** State glyphs: the shape carries the meaning, the colour repeats it. Always beside a word, so hidden from readers. */
const DRAWINGS = {
  in: <circle cx="5" cy="5" r="3.5" fill="none" stroke="var(--text-3)" strokeWidth="1.2" />,
  near: (
    <>
      <circle cx="5" cy="5" r="4" fill="none" stroke="var(--near-mark)" strokeWidth="1.4" />
      <path d="M5 1a4 4 0 0 1 0 8z" fill="var(--near-mark)" />
    </>
  ),
  out: <path d="M5 .5 9.8 9.2H.2z" fill="var(--out-mark)" />,
  approve: (
    <>
      <rect x="1" y="1" width="8" height="8" fill="none" stroke="var(--accent)" strokeWidth="1.4" />
      <path d="M3 5l1.6 1.6L7.2 3.6" fill="none" stroke="var(--accent)" strokeWidth="1.3" />
    </>
  ),
  executing: <path d="M1 1.2v7.6L5 5zM5.4 1.2v7.6L9.6 5z" fill="var(--accent)" />,
  unable: (
    <>
      <rect
        x=".8"
        y=".8"
        width="8.4"
        height="8.4"
        fill="none"
        stroke="var(--text-2)"
        strokeWidth="1.1"
        strokeDasharray="2 1.5"
      />
      <path d="M3 3l4 4M7 3L3 7" stroke="var(--text-2)" strokeWidth="1.2" />
    </>
  ),
  critical: (
    <>
      <path d="M3 .5h4L9.5 3v4L7 9.5H3L.5 7V3z" fill="var(--crit-fill)" />
      <path d="M5 2.4v3.1M5 6.8v1" stroke="var(--crit-ink)" strokeWidth="1.4" />
    </>
  ),
  warning: <path d="M5 .4 9.6 5 5 9.6.4 5z" fill="var(--near-mark)" />,
  notice: <circle cx="5" cy="5" r="3" fill="var(--text-3)" />,
  done: <path d="M1 5.4l2.8 2.8L9.2 2" fill="none" stroke="var(--text-2)" strokeWidth="1.6" />,
  paused: <path d="M2.5 1v8M7.5 1v8" stroke="var(--near-mark)" strokeWidth="2" />,
  cash: <path d="M5 9V1M1.8 4.2 5 1l3.2 3.2" fill="none" stroke="var(--text-2)" strokeWidth="1.4" />,
  search: (
    <>
      <circle cx="4" cy="4" r="3" fill="none" stroke="currentColor" strokeWidth="1.2" />
      <path d="M6.4 6.4 9.6 9.6" stroke="currentColor" strokeWidth="1.2" />
    </>
  ),
} satisfies Record<string, ReactNode>

export type GlyphName = keyof typeof DRAWINGS

export function Glyph({ name }: { readonly name: GlyphName }) {
  return (
    <svg className="g" viewBox="0 0 10 10" aria-hidden="true" focusable="false">
      {DRAWINGS[name]}
    </svg>
  )
}
