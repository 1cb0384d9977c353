import type { DeskSnapshot } from '../../core/contracts/monitor-view.ts'

const WORDS: Readonly<Record<DeskSnapshot['mode'], { readonly word: string; readonly says: string }>> = {
  simulation: { word: 'SIMULATION', says: 'No order can leave' },
}

/** Word, colour and fill: which money is at stake. It stays above every scrim. */
export function ModeBlock({ mode }: { readonly mode: DeskSnapshot['mode'] }) {
  const { word, says } = WORDS[mode]
  return (
    <section className={`mode ${mode}`} aria-label="Mode">
      {word}
      <small>{says}</small>
    </section>
  )
}
