import { useState } from 'react'
import type { ClientBookView } from '../../../core/contracts/client-book-view.ts'
import { ActionDialog, ReasonField, TextField } from '../../app/action-dialog.tsx'
import { readNumber } from '../../ui/read-number.ts'

const LONGEST_HOURS = 72

/** A pause with its reason: nothing is proposed or executed until it ends by itself. */
export function PauseDialog({ book }: { readonly book: ClientBookView }) {
  const [hours, setHours] = useState('24')
  const [reason, setReason] = useState('')
  const length = readNumber(hours)
  const allowed = length !== undefined && length > 0 && length <= LONGEST_HOURS
  return (
    <ActionDialog
      title={`Pause ${book.book.clientName}`}
      text="Holds triggers and automatic execution of this book. What is working runs on. The pause ends by itself."
      submit={`Pause for ${hours} h`}
      blocked={
        allowed
          ? reason.trim() === ''
            ? 'Pause: a reason is needed'
            : null
          : `Pause: ${LONGEST_HOURS} hours at most, above 0`
      }
      question={(api) => api.pauseClientBook(book.book.id, length!, reason)}
      told={`${book.book.clientName}: paused for ${hours} h.`}
    >
      <div className="dlgfields">
        <TextField name="Hours" hint={`at most ${LONGEST_HOURS}`} numeric value={hours} onChange={setHours} />
        <ReasonField value={reason} onChange={setReason} />
      </div>
    </ActionDialog>
  )
}
