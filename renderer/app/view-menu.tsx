import { useDesk, useView } from '../state/desk-context.tsx'
import { DENSITIES, type Layout, PALETTES, THEMES } from '../state/layout.ts'
import { sentence } from '../ui/format.ts'
import { MenuButton, type MenuSection } from '../ui/menu.tsx'
import type { Command } from './commands.tsx'

const PALETTE_NAMES = { standard: 'Standard', cvd: 'Colour-blind safe' } as const

interface Choice {
  readonly id: string
  readonly title: string
  readonly label: string
  readonly section: string
  readonly change: Partial<Layout>
  readonly checked: (layout: Layout) => boolean
}

const CHOICES: readonly Choice[] = [
  ...THEMES.map((theme) => ({
    id: `theme-${theme}`,
    title: `Theme: ${theme}`,
    label: sentence(theme),
    section: 'Theme',
    change: { theme },
    checked: (layout: Layout) => layout.theme === theme,
  })),
  ...PALETTES.map((palette) => ({
    id: `palette-${palette}`,
    title: `Colours: ${PALETTE_NAMES[palette].toLowerCase()}`,
    label: PALETTE_NAMES[palette],
    section: 'Colours',
    change: { palette },
    checked: (layout: Layout) => layout.palette === palette,
  })),
  ...DENSITIES.map((density) => ({
    id: `density-${density}`,
    title: `Density: ${density}`,
    label: sentence(density),
    section: 'Density',
    change: { density },
    checked: (layout: Layout) => layout.density === density,
  })),
]

/** Theme, colours, density and single-letter shortcuts, on every screen. */
export function ViewMenu() {
  const { view } = useDesk()
  const layout = useView((state) => state.layout)
  const sections: MenuSection[] = ['Theme', 'Colours', 'Density'].map((title) => ({
    title,
    entries: CHOICES.filter((choice) => choice.section === title).map((choice) => ({
      id: choice.id,
      label: choice.label,
      checked: choice.checked(layout),
      run: () => view.setLayout(choice.change),
    })),
  }))
  sections.push({
    title: 'Keyboard',
    entries: [
      {
        id: 'letters',
        label: 'Single-letter shortcuts',
        checked: layout.letters,
        stays: true,
        run: () => view.setLayout({ letters: !layout.letters }),
      },
    ],
  })
  return (
    <MenuButton label="View" sections={sections} className="" place="up start">
      View: {layout.theme}, {layout.density}
    </MenuButton>
  )
}

export function viewCommands(layout: Layout, setLayout: (change: Partial<Layout>) => void): readonly Command[] {
  return [
    ...CHOICES.filter((choice) => !choice.checked(layout)).map(
      (choice): Command => ({ id: choice.id, title: choice.title, group: 'View', run: () => setLayout(choice.change) }),
    ),
    {
      id: 'letters',
      title: layout.letters ? 'Switch single-letter shortcuts off' : 'Switch single-letter shortcuts on',
      group: 'View',
      run: () => setLayout({ letters: !layout.letters }),
    },
  ]
}
