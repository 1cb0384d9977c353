import { useMemo } from 'react'
import { BookDialog, isBookDialog } from '../features/client-book/book-dialogs.tsx'
import { ImportDialog } from '../features/monitor/import-dialog.tsx'
import { ProfilesDialog } from '../features/rules/profiles-dialog.tsx'
import { RulesDialog } from '../features/rules/rules-dialog.tsx'
import { useDesk, useSummary, useView } from '../state/desk-context.tsx'
import { type Command, useCommands } from './commands.tsx'
import { routeOf, SCREENS } from './navigation.tsx'
import { Palette } from './palette.tsx'
import { ShortcutSheet } from './shortcut-sheet.tsx'
import { StopDialog } from './stop-dialog.tsx'
import { viewCommands } from './view-menu.tsx'

/** Commands every screen has, and what they open above it. */
export function ShellCommands() {
  const { view } = useDesk()
  const dialog = useView((state) => state.dialog)
  const currentBookId = useView((state) => state.currentBookId)
  const layout = useView((state) => state.layout)
  const { trading } = useSummary().value
  const commands = useMemo<readonly Command[]>(
    () => [
      ...SCREENS.map(
        (entry): Command => ({
          id: `go-${entry.screen}`,
          title: `Go to ${entry.label}`,
          group: 'Go to',
          keys: entry.letter,
          run: () => view.go(routeOf(entry.screen, currentBookId)),
        }),
      ),
      {
        id: 'palette',
        title: 'Find a client, asset, order or command',
        group: 'Go to',
        keys: 'Ctrl+K',
        run: () => view.open('palette'),
      },
      { id: 'shortcuts', title: 'Show all shortcuts', group: 'View', keys: '?', run: () => view.open('shortcuts') },
      {
        id: 'stop',
        title: trading === 'active' ? 'Stop trading' : 'Resume trading',
        group: 'Trading',
        keys: 'Ctrl+Shift+X',
        note: trading === 'active' ? 'asks which way, and for a reason' : 'asks for a reason',
        run: () => view.open('stop'),
      },
      {
        id: 'rules',
        title: 'Rules of rebalancing: where it ends, cool-down, crisis, dates',
        group: 'Trading',
        note: 'for all books, asks for a reason',
        run: () => view.open('rules'),
      },
      {
        id: 'risk-profiles',
        title: 'Risk profiles of the firm',
        group: 'Trading',
        note: 'a change is a new version',
        run: () => view.open('risk-profiles'),
      },
      ...viewCommands(layout, view.setLayout),
    ],
    [view, currentBookId, layout, trading],
  )
  useCommands(commands)
  return (
    <>
      {dialog === 'palette' && <Palette />}
      {dialog === 'shortcuts' && <ShortcutSheet />}
      {dialog === 'stop' && <StopDialog />}
      {dialog === 'import' && <ImportDialog />}
      {dialog === 'rules' && <RulesDialog />}
      {dialog === 'risk-profiles' && <ProfilesDialog />}
      {isBookDialog(dialog) && <BookDialog name={dialog} />}
    </>
  )
}
