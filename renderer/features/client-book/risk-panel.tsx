import type { ClientBookView } from '../../../core/contracts/client-book-view.ts'
import { RISK_TERMS } from '../../../core/risk-profile.ts'
import { QUESTIONNAIRE } from '../../../core/risk-questionnaire.ts'
import { useAsk, useDesk } from '../../state/desk-context.tsx'
import { Button } from '../../ui/controls.tsx'
import { formatDate, formatMinute, NONE } from '../../ui/format.ts'
import { KeyValues } from '../../ui/key-values.tsx'
import { showTerm, termLabel } from '../rules/risk-terms.ts'

/** What holds for the book, where it comes from, and what is set aside for a time. */
export function RiskPanel({ view: book }: { readonly view: ClientBookView }) {
  const { view } = useDesk()
  const { given, profile, inForce } = book.risk
  const override = given?.override ?? null
  return (
    <div className="cols riskcols">
      <section className="panel" aria-label="Risk profile">
        <header>
          <h2>Risk profile: {profile === null ? 'none' : `${profile.name} v${profile.version}`}</h2>
          <span className="lo">{given === null ? 'its own risk aversion and reserve hold' : givenText(book)}</span>
          <span className="grow" />
          <Button onClick={() => view.open('risk-profile')}>
            {given === null ? 'Set a risk profile' : 'Change profile'}
          </Button>
        </header>
        <div className="body scrolls" tabIndex={0} role="region" aria-label="Terms of the risk profile">
          <table className="plain">
            <thead>
              <tr>
                <th>Term</th>
                <th className="r">Profile</th>
                <th className="r">In force</th>
                <th>Where from</th>
              </tr>
            </thead>
            <tbody>
              {RISK_TERMS.map((term) => (
                <tr key={term}>
                  <td className="hi">{termLabel(term)}</td>
                  <td className="r lo">{profile === null ? NONE : showTerm(term, profile.terms[term])}</td>
                  <td className="r hi strong">{showTerm(term, inForce[term])}</td>
                  <td className="lo">
                    {override?.changes[term] !== undefined
                      ? 'override'
                      : term === 'cashReserve' && inForce[term] > (profile?.terms[term] ?? -1)
                        ? 'the book’s own reserve'
                        : profile === null
                          ? 'the book'
                          : 'profile'}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <Override book={book} />
        </div>
      </section>
      <section className="panel" aria-label="Questionnaire">
        <header>
          <h2>Questionnaire</h2>
          <span className="lo">{given?.answers ? `version ${given.answers.questionnaire}` : 'not answered'}</span>
        </header>
        <div className="body scrolls" tabIndex={0} role="region" aria-label="Answers to the questionnaire">
          {given?.answers ? (
            <KeyValues
              items={given.answers.choices.map((choice) => {
                const question = QUESTIONNAIRE.find(({ id }) => id === choice.question)
                const answer = question?.answers.find(({ id }) => id === choice.answer)
                return { name: question?.text ?? choice.question, value: answer?.text ?? choice.answer }
              })}
            />
          ) : (
            <p className="lo small">
              The profile was chosen, not asked for. The questionnaire weighs what the client can bear against what the
              client wants to bear; the lower of the two decides.
            </p>
          )}
        </div>
      </section>
    </div>
  )
}

function givenText({ risk }: ClientBookView): string {
  const { by, at, why } = risk.given!
  return `given by ${by} on ${formatDate(at)}: ${why}`
}

function Override({ book }: { readonly book: ClientBookView }) {
  const { view } = useDesk()
  const ask = useAsk()
  const override = book.risk.given?.override ?? null
  if (book.risk.given === null) return null
  return (
    <>
      <h2 className="more">Override</h2>
      {override === null ? (
        <p className="lo small">None. Other terms for this book need a reason and an end.</p>
      ) : (
        <p className="hi small">
          {override.reason}, by {override.by}, ends by itself on {formatDate(override.until)} at{' '}
          {formatMinute(override.until)} UTC.
        </p>
      )}
      <div className="row">
        <Button onClick={() => view.open('risk-override')}>
          {override === null ? 'Override terms' : 'Change the override'}
        </Button>
        {override !== null && (
          <Button
            onClick={() =>
              void ask((api) => api.endRiskOverride(book.book.id, 'ended early')).then((answer) => {
                if (answer.ok) view.notify(`${book.book.clientName}: override ended, the profile’s terms hold again.`)
              })
            }
          >
            End it now
          </Button>
        )}
      </div>
    </>
  )
}
