import { useEffect, useState } from 'react'
import type { SettleRule } from '../../../core/band.ts'
import type { RulesView } from '../../../core/contracts/desk-api.ts'
import type { RebalancingRules } from '../../../core/rebalancing-rules.ts'
import { ActionDialog, Choice, ReasonField, TextField } from '../../app/action-dialog.tsx'
import { useAsk, useDesk } from '../../state/desk-context.tsx'
import { formatDate } from '../../ui/format.ts'
import { Loading } from '../../ui/notices.tsx'
import { Overlay } from '../../ui/overlay.tsx'
import { type RulesForm, readRules, SCHEDULE_KINDS, WEEKDAYS, writeRules } from './rules-form.ts'

const SETTLE_ITEMS: readonly { readonly id: SettleRule; readonly label: string }[] = [
  { id: 'optimal', label: 'Where cost and risk balance' },
  { id: 'half-band', label: 'Back to half the band’s width' },
  { id: 'band-edge', label: 'Just inside the band’s edge' },
]
const SCHEDULE_ITEMS: readonly { readonly id: (typeof SCHEDULE_KINDS)[number]; readonly label: string }[] = [
  { id: 'none', label: 'No: bands and cash flows decide' },
  { id: 'weekly', label: 'Every week' },
  { id: 'monthly', label: 'Every month' },
  { id: 'quarterly', label: 'Every quarter' },
]

/** When the firm's client books are rebalanced, and how far. */
export function RulesDialog() {
  const { view } = useDesk()
  const ask = useAsk()
  const [rules, setRules] = useState<RulesView | null>(null)
  useEffect(() => {
    let gone = false
    void ask(async (api) => ({ ok: true, value: await api.rules() })).then((answer) => {
      if (!gone && answer.ok) setRules(answer.value)
    })
    return () => {
      gone = true
    }
  }, [ask])
  if (rules !== null) return <EditRules current={rules} />
  return (
    <Overlay label="Rules of rebalancing" className="dlg" onClose={view.close}>
      <Loading what="Asking the desk for its rules" />
    </Overlay>
  )
}

function EditRules({ current }: { readonly current: RulesView }) {
  const [form, setForm] = useState<RulesForm>(() => writeRules(current.rules))
  const [reason, setReason] = useState('')
  const set = (change: Partial<RulesForm>): void => setForm({ ...form, ...change })
  const read = readRules(form)
  const same = read.ok && JSON.stringify(read.value) === JSON.stringify(current.rules)
  const rules: RebalancingRules | null = read.ok ? read.value : null
  return (
    <ActionDialog
      broad
      title="Rules of rebalancing"
      text={
        current.by === null
          ? 'As the program starts. A change holds for every client book from the next check on.'
          : `Changed by ${current.by} on ${formatDate(current.at ?? Number.NaN)}: ${current.why}. A change holds for every client book from the next check on.`
      }
      submit="Change the rules of all books"
      blocked={
        read.ok
          ? same
            ? 'Change: nothing is changed yet'
            : reason.trim() === ''
              ? 'Change: a reason is needed'
              : null
          : `Change: ${read.error}`
      }
      question={(api) => api.setRules(rules!, reason)}
      told="The rules of rebalancing are changed."
    >
      <div className="dlgfields three">
        <Choice
          name="A rebalance ends"
          value={form.settle}
          items={SETTLE_ITEMS}
          onChange={(settle) => set({ settle })}
        />
        <TextField
          name="Cool-down, minutes"
          hint="after a rebalance or a dismissal"
          numeric
          value={form.coolDown}
          onChange={(coolDown) => set({ coolDown })}
        />
        <TextField
          name="Life of a proposal, minutes"
          hint="then it expires"
          numeric
          value={form.proposalLife}
          onChange={(proposalLife) => set({ proposalLife })}
        />
        <TextField
          name="In a crisis only beyond, points"
          hint="distance of a line from its target"
          numeric
          value={form.crisisLimit}
          onChange={(crisisLimit) => set({ crisisLimit })}
        />
        <TextField
          name="Volatility spike begins, × the usual"
          hint="blank: no trigger"
          numeric
          value={form.spikeEnters}
          onChange={(spikeEnters) => set({ spikeEnters })}
        />
        <TextField
          name="Volatility spike ends, × the usual"
          hint="no higher than it begins"
          numeric
          value={form.spikeLeaves}
          onChange={(spikeLeaves) => set({ spikeLeaves })}
        />
        <Choice
          name="On dates too"
          value={form.schedule}
          items={SCHEDULE_ITEMS}
          onChange={(schedule) => set({ schedule })}
        />
        {form.schedule === 'weekly' && (
          <Choice
            name="Day"
            value={form.weekday}
            items={WEEKDAYS.map((label, id) => ({ id: String(id), label }))}
            onChange={(weekday) => set({ weekday })}
          />
        )}
        {(form.schedule === 'monthly' || form.schedule === 'quarterly') && (
          <TextField name="Day of the month" hint="1 to 28" numeric value={form.day} onChange={(day) => set({ day })} />
        )}
        {form.schedule !== 'none' && (
          <TextField name="Hour, UTC" hint="0 to 23" numeric value={form.hour} onChange={(hour) => set({ hour })} />
        )}
      </div>
      <ReasonField value={reason} onChange={setReason} />
    </ActionDialog>
  )
}
