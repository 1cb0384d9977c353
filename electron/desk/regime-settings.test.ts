import { expect, test } from 'vitest'
import { DEFAULT_REGIME_SETTINGS } from '../../workers/regime/index.ts'
import { parseMultipliers, readRegimeSettings } from './regime-settings.ts'

const told = (text: string): string => {
  const parsed = parseMultipliers(text)
  return parsed.ok ? parsed.value : parsed.error.message
}

test('what is set is what the desk reads; without a setting the study’s defaults hold', () => {
  const set = parseMultipliers('1, 1,0.9,0.5')
  expect(set.ok && readRegimeSettings(set.value)).toEqual({
    ok: true,
    value: { ...DEFAULT_REGIME_SETTINGS, multipliers: { calm: 1, normal: 1, stressed: 0.9, crisis: 0.5 } },
  })
  expect(readRegimeSettings(undefined)).toEqual({ ok: true, value: DEFAULT_REGIME_SETTINGS })
})

test.each(['', '1,1,1', '1,1,1,1,1', '1,1,,1', '1,1,x,1', '0,1,1,1', '1,1,1,5', '1,1,1,NaN', '1,1,1,Infinity'])(
  'refuses "%s" and says what is allowed',
  (text) => {
    expect(told(text)).toBe(
      `the multipliers were "${text}", allowed are four numbers from 0.25 to 4, of calm, normal, stressed, crisis`,
    )
  },
)

test('a setting that was damaged is named, not guessed at', () => {
  expect(readRegimeSettings('{"calm":1')).toMatchObject({ ok: false, error: { code: 'bad-setting' } })
  expect(readRegimeSettings('{"calm":1,"normal":1,"stressed":1}')).toMatchObject({ ok: false })
})
