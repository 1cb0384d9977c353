import type { LineReason } from '../../../core/proposal.ts'

/** Why a line is or is not traded, as it reads after "Buy LINK," or "No trade:". */
export const LINE_REASON_WORDS: Readonly<Record<LineReason, string>> = {
  'above-band': 'above its band',
  'below-band': 'below its band',
  'invests-proceeds': 'invests the proceeds',
  'raises-cash': 'raises cash',
  'reduces-risk': 'reduces risk',
  'harvests-loss': 'harvests a loss',
  'inside-band': 'inside its band',
  'cost-exceeds-benefit': 'cost exceeds benefit',
  restricted: 'restricted',
  'below-minimum': 'below the minimum',
  'at-limit': 'at a limit',
  'held-back': 'left out by you',
  cash: 'takes up the rest',
}
