import { useDesk, useView } from '../../state/desk-context.tsx'
import { Loading } from '../../ui/notices.tsx'
import { Overlay } from '../../ui/overlay.tsx'
import { CashFlowDialog } from './cash-flow-dialog.tsx'
import { FlagDialog } from './flag-dialog.tsx'
import { OverrideDialog } from './override-dialog.tsx'
import { PauseDialog } from './pause-dialog.tsx'
import { ProfileDialog } from './profile-dialog.tsx'
import { TaxTermsDialog } from './tax-terms-dialog.tsx'
import { useClientBook } from './use-client-book.ts'

/** What can be changed about the client book in sight, each in a dialog of its own. */
const BOOK_DIALOGS = {
  'risk-profile': ProfileDialog,
  'risk-override': OverrideDialog,
  flag: FlagDialog,
  pause: PauseDialog,
  'cash-flow': CashFlowDialog,
  'tax-terms': TaxTermsDialog,
} as const
export type BookDialogName = keyof typeof BOOK_DIALOGS
export const isBookDialog = (name: string | null): name is BookDialogName =>
  name !== null && Object.hasOwn(BOOK_DIALOGS, name)

export function BookDialog({ name }: { readonly name: BookDialogName }) {
  const { view } = useDesk()
  const bookId = useView((state) => state.currentBookId)
  const book = useClientBook(bookId)
  const Dialog = BOOK_DIALOGS[name]
  if (book !== null) return <Dialog book={book} />
  return (
    <Overlay label="Client book" className="dlg" onClose={view.close}>
      <Loading what="Asking the desk for the client book" />
    </Overlay>
  )
}
