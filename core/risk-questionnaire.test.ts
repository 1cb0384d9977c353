import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unwrap } from './result.ts'
import { RISK_PROFILE_IDS, type RiskAnswers } from './risk-profile.ts'
import { MOST_POINTS, QUESTIONNAIRE, QUESTIONNAIRE_VERSION, scoreAnswers } from './risk-questionnaire.ts'

/** Points per question, in its order. */
const answersOf = (points: readonly number[]): RiskAnswers => ({
  questionnaire: QUESTIONNAIRE_VERSION,
  choices: QUESTIONNAIRE.map(({ id, answers }, i) => ({ question: id, answer: answers[points[i]!]!.id })),
})
const score = (...points: readonly number[]) => unwrap(scoreAnswers(answersOf(points)))
const levelOf = (...points: readonly number[]): number => RISK_PROFILE_IDS.indexOf(score(...points).profileId)
const anyPoints = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 6, maxLength: 6 })

describe('the questionnaire', () => {
  test('is short: three questions a side, five answers each from 0 to 4 points, every id once', () => {
    for (const side of ['capacity', 'tolerance']) {
      const questions = QUESTIONNAIRE.filter((question) => question.side === side)
      expect(questions).toHaveLength(3)
      expect(questions.reduce((sum, { answers }) => sum + answers.at(-1)!.points, 0)).toBe(MOST_POINTS)
    }
    for (const { answers } of QUESTIONNAIRE) {
      expect(answers.map(({ points }) => points)).toEqual([0, 1, 2, 3, 4])
      expect(new Set(answers.map(({ id }) => id)).size).toBe(5)
    }
    expect(new Set(QUESTIONNAIRE.map(({ id }) => id)).size).toBe(QUESTIONNAIRE.length)
  })
})

describe('the score', () => {
  test.each([
    [[0, 0, 2], 'conservative'],
    [[1, 1, 1], 'cautious'],
    [[1, 2, 2], 'cautious'],
    [[2, 2, 2], 'balanced'],
    [[2, 2, 3], 'balanced'],
    [[2, 3, 3], 'growth'],
    [[3, 3, 4], 'growth'],
    [[3, 4, 4], 'aggressive'],
  ] as const)('%j on both sides is %s', (side, profileId) => {
    expect(score(...side, ...side)).toMatchObject({ profileId, decidedBy: 'both' })
  })

  test('the lower side decides, whichever it is, and says so', () => {
    expect(score(0, 0, 0, 4, 4, 4)).toEqual({
      capacity: 0,
      tolerance: 12,
      profileId: 'conservative',
      decidedBy: 'capacity',
    })
    expect(score(4, 4, 4, 2, 2, 2)).toMatchObject({ profileId: 'balanced', decidedBy: 'tolerance' })
  })

  test('an answer with more risk never makes the profile more cautious', () => {
    fc.assert(
      fc.property(anyPoints, fc.integer({ min: 0, max: 5 }), (points, at) => {
        const bolder = points.with(at, Math.min(4, points[at]! + 1))
        expect(levelOf(...bolder)).toBeGreaterThanOrEqual(levelOf(...points))
      }),
    )
  })

  test('the order of the answers does not matter', () => {
    fc.assert(
      fc.property(anyPoints, (points) => {
        const answers = answersOf(points)
        const turned = { ...answers, choices: answers.choices.toReversed() }
        expect(scoreAnswers(turned)).toEqual(scoreAnswers(answers))
      }),
    )
  })
})

describe('answers are refused', () => {
  const whole = answersOf([2, 2, 2, 2, 2, 2])
  const [first, ...others] = whole.choices
  test.each([
    ['one missing', { ...whole, choices: others }, 'has 0 answers, it needs one'],
    ['one twice', { ...whole, choices: [first!, ...whole.choices] }, 'has 2 answers'],
    [
      'one unknown',
      { ...whole, choices: [{ ...first!, answer: 'soon' }, ...others] },
      'was answered "soon", allowed is',
    ],
    ['a question unknown', { ...whole, choices: [...whole.choices, { question: 'age', answer: '7' }] }, '"age"'],
    ['another version', { ...whole, questionnaire: 0 }, `${QUESTIONNAIRE_VERSION} is asked`],
  ])('%s', (_, answers, words) => {
    const refused = scoreAnswers(answers)
    expect(refused).toMatchObject({ ok: false, error: { code: 'bad-answers' } })
    if (!refused.ok) expect(refused.error.message).toContain(words)
  })
})
