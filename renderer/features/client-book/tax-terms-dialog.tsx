import { useState } from 'react'
import type { ClientBookView } from '../../../core/contracts/client-book-view.ts'
import { checkTaxTerms, type TaxTerms, taxTermsText } from '../../../core/tax-terms.ts'
import { ActionDialog, Choice, ReasonField, TextField } from '../../app/action-dialog.tsx'
import { readNumber } from '../../ui/read-number.ts'

type Kind = 'rates' | 'none'
const percent = (fraction: number | undefined): string =>
  fraction === undefined ? '' : String(Number((100 * fraction).toFixed(4)))

/** Rates as the advisor states them; the desk knows no country's law. */
export function TaxTermsDialog({ book }: { readonly book: ClientBookView }) {
  const before = book.book.taxTerms
  const [kind, setKind] = useState<Kind>('rates')
  const [shortTerm, setShortTerm] = useState(percent(before?.shortTermRate))
  const [longTerm, setLongTerm] = useState(percent(before?.longTermRate))
  const [days, setDays] = useState(String(before?.holdingPeriodDays ?? 365))
  const [loss, setLoss] = useState(percent(before?.lossRate))
  const [reason, setReason] = useState('')
  const terms = readTerms(shortTerm, longTerm, days, loss)
  const blocked = blockedWhy(kind, terms, before !== undefined, reason)
  return (
    <ActionDialog
      title={`Tax terms of ${book.book.clientName}`}
      text="What selling a lot costs in tax goes into what is proposed and into the order in which lots are sold. It is told, not paid: no advice, no wash-sale rule, no tax year."
      submit={kind === 'none' ? 'Remove the tax terms' : 'Set the tax terms'}
      blocked={blocked}
      question={(api) => api.setTaxTerms(book.book.id, kind === 'none' ? null : terms, reason)}
      told={`${book.book.clientName}: ${kind === 'none' || terms === null ? 'no tax terms any more' : taxTermsText(terms)}.`}
    >
      <div className="dlgfields">
        <Choice
          name="Tax"
          value={kind}
          items={[
            { id: 'rates', label: 'By rates' },
            { id: 'none', label: 'None: sell the oldest lot first' },
          ]}
          onChange={setKind}
        />
        {kind === 'rates' && (
          <>
            <TextField name="Short-term gains, %" numeric value={shortTerm} onChange={setShortTerm} />
            <TextField name="Long-term gains, %" numeric value={longTerm} onChange={setLongTerm} />
            <TextField
              name="Long-term after, days"
              hint="held for more than so many days"
              numeric
              value={days}
              onChange={setDays}
            />
            <TextField
              name="A loss saves, %"
              hint="0: nothing, blank: as a gain of its term"
              numeric
              value={loss}
              onChange={setLoss}
            />
          </>
        )}
        <ReasonField value={reason} onChange={setReason} />
      </div>
    </ActionDialog>
  )
}

/** Null where a number is missing or none. */
function readTerms(shortTerm: string, longTerm: string, days: string, loss: string): TaxTerms | null {
  const [short, long, period] = [readNumber(shortTerm), readNumber(longTerm), readNumber(days)]
  if (short === undefined || long === undefined || period === undefined) return null
  const lossRate = readNumber(loss)
  const terms = { shortTermRate: short / 100, longTermRate: long / 100, holdingPeriodDays: period }
  return lossRate === undefined ? terms : { ...terms, lossRate: lossRate / 100 }
}

function blockedWhy(kind: Kind, terms: TaxTerms | null, hasTerms: boolean, reason: string): string | null {
  if (kind === 'none' && !hasTerms) return 'Tax terms: the book has none'
  if (kind === 'rates' && terms === null) return 'Tax terms: both rates and the holding period are needed'
  const checked = kind === 'rates' && terms !== null ? checkTaxTerms(terms) : null
  if (checked?.ok === false) return `Tax terms: ${checked.error.message}`
  return reason.trim() === '' ? 'Tax terms: a reason is needed' : null
}
