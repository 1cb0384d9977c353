import { useDesk, useLayout } from '../state/desk-context.tsx'
import { Button, CheckBox } from '../ui/controls.tsx'
import { Overlay } from '../ui/overlay.tsx'
import { type Command, useAllCommands } from './commands.tsx'
import { isMac, keysLabel } from './shortcuts.ts'

const GROUPS: readonly Command['group'][] = ['Go to', 'This screen', 'Trading', 'View']
const IN_GRIDS = [
  ['Move by row, by page', '↑ ↓ PgUp PgDn'],
  ['First, last row', 'Home End'],
  ['Move by column; open, close a row', '← →'],
  ['Sort: go up to the heads, then', 'Enter'],
] as const

/** Every shortcut of this screen, with the switch for the single-letter ones. */
export function ShortcutSheet() {
  const { view } = useDesk()
  const letters = useLayout('letters')
  const commands = useAllCommands().filter((command) => command.keys)
  const mac = isMac()
  return (
    <Overlay label="Shortcuts" className="dlg broad" onClose={view.close}>
      <h1>Shortcuts</h1>
      <p className="row">
        <CheckBox
          state={letters ? 'on' : 'off'}
          label="Single-letter shortcuts"
          inTabOrder
          onClick={() => view.setLayout({ letters: !letters })}
        />
        Single-letter shortcuts. They never fire while you type in a field.
      </p>
      <div className="sheet">
        {GROUPS.map((group) => {
          const ofGroup = commands.filter((command) => command.group === group)
          return ofGroup.length === 0 ? null : (
            <section key={group}>
              <h2>{group}</h2>
              {ofGroup.map((command) => (
                <div key={command.id}>
                  <span className="ellipsis">{command.title}</span>
                  <kbd>{keysLabel(command.keys!, mac)}</kbd>
                </div>
              ))}
            </section>
          )
        })}
        <section>
          <h2>In grids</h2>
          {IN_GRIDS.map(([what, keys]) => (
            <div key={what}>
              <span>{what}</span>
              <kbd>{keys}</kbd>
            </div>
          ))}
        </section>
      </div>
      <div className="row dlgfoot">
        <Button keys="Esc" onClick={view.close}>
          Close
        </Button>
      </div>
    </Overlay>
  )
}
