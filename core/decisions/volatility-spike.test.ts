import { expect, test } from 'vitest'
import { isSpiking } from './volatility-spike.ts'

const rule = { enters: 1.5, leaves: 1.2 }
const spiking = (was: boolean, fast: number, slow = 0.6, prior = false): boolean =>
  isSpiking(was, { fast, slow, prior }, rule)

test('begins at the threshold, ends only below the lower one', () => {
  expect(spiking(false, 0.89)).toBe(false)
  expect(spiking(false, 0.9)).toBe(true)
  expect(spiking(true, 0.73)).toBe(true)
  expect(spiking(true, 0.71)).toBe(false)
})

test('without figures it stays as it was', () => {
  for (const was of [false, true]) {
    expect(spiking(was, Number.NaN)).toBe(was)
    expect(spiking(was, 2, 0)).toBe(was)
    expect(spiking(was, was ? 0.1 : 2, 0.6, true)).toBe(was)
  }
})
