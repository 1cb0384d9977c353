import type { DeskStore } from '../../core/contracts/store.ts'
import { fact } from '../../core/journal.ts'
import { explainRegime, type RegimeReading } from '../../workers/regime/index.ts'

/** Writes a change of the market's class down, once, with what it was read from. Before the first it was normal. */
export function noteRegime(reading: RegimeReading, store: Pick<DeskStore, 'regimes' | 'record'>): void {
  const from = store.regimes(1)[0]?.regime ?? 'normal'
  // an assumption is no change
  if (reading.prior || reading.class === from) return
  const { class: to, multiplier } = reading
  store.record([fact('regime-changed', { from, to, multiplier, why: explainRegime(reading) })], 'desk')
}
