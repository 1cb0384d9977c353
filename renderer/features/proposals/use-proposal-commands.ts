import { useMemo } from 'react'
import type { Proposal } from '../../../core/proposal.ts'
import { type Command, useCommands } from '../../app/commands.tsx'
import { useAsk, useDesk } from '../../state/desk-context.tsx'
import { leftOutOf } from './batch.ts'

interface ProposalCommandOptions {
  readonly proposal: Proposal | null
  readonly name: string
  readonly approveTitle: string
  readonly approveNote: string
  readonly approveBlocked: string | null
  onApprove(): void
  /** While a batch counts down. */
  readonly onUndo: (() => void) | null
  readonly onCloseOutcome: (() => void) | null
  onRecompute(proposal: Proposal, leftOut: readonly string[]): void
  onCsv(): void
}

/** What the keys and the palette do on the proposals screen; the toolbar runs the same commands. */
export function useProposalCommands(options: ProposalCommandOptions): readonly Command[] {
  const { view } = useDesk()
  const ask = useAsk()
  const {
    proposal,
    name,
    approveTitle,
    approveNote,
    approveBlocked,
    onApprove,
    onUndo,
    onCloseOutcome,
    onRecompute,
    onCsv,
  } = options
  const commands = useMemo<readonly Command[]>(() => {
    const none = proposal ? null : 'No proposal is selected'
    const held = proposal?.state === 'held'
    const forCurrent = (run: (current: Proposal) => void) => () => {
      if (proposal) run(proposal)
    }
    const escape: readonly Command[] = onUndo
      ? [{ id: 'undo', title: 'Undo the approval', group: 'Trading', keys: 'Esc', run: onUndo }]
      : onCloseOutcome
        ? [
            {
              id: 'close-outcome',
              title: 'Close the result of the last approval',
              group: 'This screen',
              keys: 'Esc',
              run: onCloseOutcome,
            },
          ]
        : []
    return [
      {
        id: 'approve',
        title: approveTitle,
        group: 'Trading',
        keys: 'Ctrl+Enter',
        note: approveNote,
        disabledWhy: approveBlocked,
        run: onApprove,
      },
      ...escape,
      {
        id: 'hold',
        title: held ? `Let ${name} go again` : `Hold the proposal for ${name}`,
        group: 'This screen',
        keys: 'H',
        note: held ? 'can be approved again' : 'stays here, is not approved',
        disabledWhy: none,
        run: forCurrent((current) => void ask((api) => api.holdProposal(current.id, !held))),
      },
      {
        id: 'recompute',
        title: `Compute ${name} again`,
        group: 'This screen',
        keys: 'Shift+R',
        note: 'from present prices and positions',
        disabledWhy: none,
        run: forCurrent((current) => onRecompute(current, leftOutOf(current))),
      },
      {
        id: 'dismiss',
        title: `Dismiss the proposal for ${name}`,
        group: 'This screen',
        note: 'the next trigger computes a new one',
        disabledWhy: none,
        run: forCurrent(
          (current) => void ask((api) => api.dismissProposal(current.id, 'Dismissed on the proposals screen')),
        ),
      },
      {
        id: 'open-book',
        title: `Open the book of ${name}`,
        group: 'This screen',
        keys: 'G',
        disabledWhy: none,
        run: forCurrent((current) => view.go({ screen: 'books', bookId: current.bookId })),
      },
      {
        id: 'by-client',
        title: 'Proposals by client',
        group: 'View',
        run: () => view.setLayout({ proposalsBy: 'client' }),
      },
      {
        id: 'by-trade',
        title: 'Proposals by trade',
        group: 'View',
        run: () => view.setLayout({ proposalsBy: 'trade' }),
      },
      { id: 'proposals-csv', title: 'Export the proposals as CSV', group: 'This screen', run: onCsv },
      {
        id: 'proposal-tick',
        title: 'Tick or untick a book or a trade',
        group: 'This screen',
        keys: 'Space',
        sheetOnly: true,
        run: () => undefined,
      },
      {
        id: 'proposal-lines',
        title: 'Show or hide the trades of a book',
        group: 'This screen',
        keys: 'Enter',
        sheetOnly: true,
        run: () => undefined,
      },
    ]
  }, [
    proposal,
    name,
    approveTitle,
    approveNote,
    approveBlocked,
    onApprove,
    onUndo,
    onCloseOutcome,
    onRecompute,
    onCsv,
    ask,
    view,
  ])
  useCommands(commands)
  return commands
}
