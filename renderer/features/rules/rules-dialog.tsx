import { useEffect, useState } from 'react'
import type { RulesView } from '../../../core/contracts/risk-and-rules-view.ts'
import type { RebalancingRules } from '../../../core/rebalancing-rules.ts'
import { ActionDialog, Choice, ReasonField, TextField } from '../../app/action-dialog.tsx'
import { useAsk, useDesk } from '../../state/desk-context.tsx'
import { formatDate } from '../../ui/format.ts'
import { Loading } from '../../ui/notices.tsx'
import { Overlay } from '../../ui/overlay.tsx'
import { MULTIPLIER_ROWS, RULE_ROWS, type RuleRow } from './rule-rows.ts'
import { type RulesForm, readRules, writeRules } from './rules-form.ts'

const HOLDS =
  'A change holds for every client book from the next check on; what bands are multiplied by phases in over 24 h.'

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
  const read = readRules(form)
  const same = read.ok && JSON.stringify(read.value) === JSON.stringify(current.rules)
  const rules: RebalancingRules | null = read.ok ? read.value : null
  return (
    <ActionDialog
      broad
      title="Rules of rebalancing"
      text={
        current.by === null
          ? `As the program starts. ${HOLDS}`
          : `Changed by ${current.by} on ${formatDate(current.at ?? Number.NaN)}: ${current.why}. ${HOLDS}`
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
      <Rows className="dlgfields three" rows={RULE_ROWS} form={form} onChange={setForm} />
      <Rows className="dlgfields four" rows={MULTIPLIER_ROWS} form={form} onChange={setForm} />
      <ReasonField value={reason} onChange={setReason} />
    </ActionDialog>
  )
}

function Rows({
  className,
  rows,
  form,
  onChange,
}: {
  readonly className: string
  readonly rows: readonly RuleRow[]
  readonly form: RulesForm
  readonly onChange: (form: RulesForm) => void
}) {
  return (
    <div className={className}>
      {rows
        .filter((row) => row.counts(form))
        .map((row) => {
          const { field, name, hint, items } = row
          const common = {
            name,
            hint,
            value: row.value(form),
            onChange: (to: string) => onChange(row.change(form, to)),
          }
          return items === null ? (
            <TextField key={field} {...common} numeric />
          ) : (
            <Choice key={field} {...common} items={items} />
          )
        })}
    </div>
  )
}
