import { useState } from 'react'
import type { Restriction } from '../../../core/client-book.ts'
import type { ClientBookView } from '../../../core/contracts/client-book-view.ts'
import { CASH } from '../../../core/instruments.ts'
import { millis } from '../../../core/units.ts'
import { ActionDialog, Choice, ReasonField, TextField } from '../../app/action-dialog.tsx'
import { useDeskNow } from '../../state/desk-context.tsx'
import { assetName } from '../../ui/format.ts'
import { readNumber } from '../../ui/read-number.ts'

const DAY_MS = 86_400_000
const MOST_DAYS = 366

export const FLAG_WORDS: Readonly<Record<Restriction['kind'], string>> = {
  'no-trade': 'Neither buy nor sell',
  'no-buy': 'No buy',
  'no-sell': 'No sell',
  'band-edge': 'To its band’s edge only',
  'at-most': 'At most a part of the book',
  keep: 'Keep a part of its target',
}
const KINDS = [
  'no-trade',
  'no-buy',
  'no-sell',
  'band-edge',
  'at-most',
  'keep',
] as const satisfies readonly Restriction['kind'][]

/** What the number of a flag is a part of. */
const PART_OF: Partial<Record<Restriction['kind'], string>> = { 'at-most': 'the book', keep: 'its target' }

/** A flag on one asset: it overrides what planning would do, for a reason and for a time. */
export function FlagDialog({ book }: { readonly book: ClientBookView }) {
  const assets = book.lines.map((line) => line.asset).filter((asset) => asset !== CASH)
  const [asset, setAsset] = useState(assets[0] ?? '')
  const [kind, setKind] = useState<Restriction['kind']>('no-trade')
  const [most, setMost] = useState('')
  const [days, setDays] = useState('30')
  const [reason, setReason] = useState('')
  const now = useDeskNow()
  const length = readNumber(days)
  const weight = readNumber(most)
  const blocked =
    length === undefined || !(length > 0 && length <= MOST_DAYS)
      ? `Set flag: an end within ${MOST_DAYS} days is needed`
      : PART_OF[kind] !== undefined && (weight === undefined || !(weight >= 0 && weight <= 100))
        ? `Set flag: 0 to 100 % of ${PART_OF[kind]}`
        : reason.trim() === ''
          ? 'Set flag: a reason is needed'
          : null
  const restriction = (): Restriction => {
    const flag = { asset, reason: reason.trim(), until: millis(now + length! * DAY_MS) }
    if (kind === 'keep') return { kind, share: weight! / 100, ...flag }
    return kind === 'at-most' ? { kind, weight: weight! / 100, ...flag } : { kind, ...flag }
  }
  return (
    <ActionDialog
      title={`Flag an asset of ${book.book.clientName}`}
      text="Planning keeps to it whatever the bands say, and every proposal names it. It takes the place of a flag of the same kind and ends by itself."
      submit={`Flag ${assetName(asset)} for ${days} days`}
      blocked={blocked}
      question={(api) => api.restrictAsset(book.book.id, restriction())}
      told={`${book.book.clientName}: ${FLAG_WORDS[kind].toLowerCase()}, ${assetName(asset)}, for ${days} days.`}
    >
      <div className="dlgfields">
        <Choice
          name="Asset"
          value={asset}
          items={assets.map((id) => ({ id, label: assetName(id) }))}
          onChange={setAsset}
        />
        <Choice
          name="Flag"
          value={kind}
          items={KINDS.map((id) => ({ id, label: FLAG_WORDS[id] }))}
          onChange={setKind}
        />
        {kind === 'at-most' && <TextField name="At most, % of the book" numeric value={most} onChange={setMost} />}
        {kind === 'keep' && (
          <TextField name="Not sold below, % of its target" numeric value={most} onChange={setMost} />
        )}
        <TextField name="Ends in, days" hint={`at most ${MOST_DAYS}`} numeric value={days} onChange={setDays} />
        <ReasonField value={reason} onChange={setReason} />
      </div>
    </ActionDialog>
  )
}
