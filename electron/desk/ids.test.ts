import { expect, test } from 'vitest'
import { createIds } from './ids.ts'

test('each kind counts for itself, from the length of the journal on', () => {
  const ids = createIds(41)
  expect([ids.next('proposal'), ids.next('proposal'), ids.next('plan'), ids.next('approval')]).toEqual([
    'R-00042',
    'R-00043',
    'B-00042',
    'A-00042',
  ])
})

test('ids of a later run are above all of an earlier one that wrote an entry for each', () => {
  const first = createIds(0)
  const made = Array.from({ length: 7 }, () => first.next('proposal'))
  const second = createIds(made.length)
  expect(made).not.toContain(second.next('proposal'))
})

test('ids sort as text up to 99,999 and stay distinct above', () => {
  const ids = createIds(99_998)
  expect([ids.next('plan'), ids.next('plan')]).toEqual(['B-99999', 'B-100000'])
})
