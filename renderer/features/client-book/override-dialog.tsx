import { useState } from 'react'
import type { ClientBookView } from '../../../core/contracts/client-book-view.ts'
import { MAXIMUM_OVERRIDE_DAYS, RISK_TERMS, type RiskTerm, type RiskTerms } from '../../../core/risk-profile.ts'
import { ActionDialog, ReasonField, TextField } from '../../app/action-dialog.tsx'
import { useDeskNow } from '../../state/desk-context.tsx'
import { count } from '../../ui/format.ts'
import { readNumber } from '../../ui/read-number.ts'
import { readTerm, showTerm, termLabel, termRange, writeTerm } from '../rules/risk-terms.ts'

const DAY_MS = 86_400_000

/** Other terms than the profile's for this book; blank is the profile's own. */
export function OverrideDialog({ book }: { readonly book: ClientBookView }) {
  const { profile, given } = book.risk
  const before = given?.override?.changes ?? {}
  const [written, setWritten] = useState<Readonly<Partial<Record<RiskTerm, string>>>>(() =>
    Object.fromEntries(
      RISK_TERMS.flatMap((term) => (before[term] === undefined ? [] : [[term, writeTerm(term, before[term])]])),
    ),
  )
  const [days, setDays] = useState('30')
  const [reason, setReason] = useState(given?.override?.reason ?? '')
  const now = useDeskNow()
  const length = readNumber(days)
  const changes: Partial<Record<RiskTerm, number>> = {}
  for (const term of RISK_TERMS) {
    const number = readNumber(written[term] ?? '')
    if (number !== undefined) changes[term] = readTerm(term, number)
  }
  const wrong = RISK_TERMS.find((term) => Number.isNaN(changes[term]))
  const changed = Object.keys(changes).length
  const blocked =
    profile === null
      ? 'Override: the book has no risk profile yet'
      : wrong !== undefined
        ? `Override: ${termLabel(wrong)} is not a number`
        : changed === 0
          ? 'Override: nothing is changed yet'
          : length === undefined || !(length > 0 && length <= MAXIMUM_OVERRIDE_DAYS)
            ? `Override: an end within ${MAXIMUM_OVERRIDE_DAYS} days is needed`
            : reason.trim() === ''
              ? 'Override: a reason is needed'
              : null
  return (
    <ActionDialog
      title={`Override terms of ${book.book.clientName}`}
      text={`Profile ${profile?.name ?? '(none)'}. What is left blank stays as the profile says. The override ends by itself.`}
      submit={`Override ${count(changed, 'term')} for ${days} days`}
      blocked={blocked}
      question={(api) => api.overrideRisk(book.book.id, changes as Partial<RiskTerms>, now + length! * DAY_MS, reason)}
      told={`${book.book.clientName}: ${count(changed, 'term')} overridden for ${days} days.`}
    >
      <div className="dlgfields">
        {RISK_TERMS.map((term) => (
          <TextField
            key={term}
            name={termLabel(term)}
            hint={termRange(term)}
            numeric
            placeholder={profile === null ? '' : showTerm(term, profile.terms[term])}
            value={written[term] ?? ''}
            onChange={(text) => setWritten({ ...written, [term]: text })}
          />
        ))}
        <TextField
          name="Ends in, days"
          hint={`at most ${MAXIMUM_OVERRIDE_DAYS}`}
          numeric
          value={days}
          onChange={setDays}
        />
        <ReasonField value={reason} onChange={setReason} />
      </div>
    </ActionDialog>
  )
}
