import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Box, crossesBox, freeBox } from './free-box.ts'

const box = (left: number, right: number, top: number, bottom: number): Box => ({ left, right, top, bottom })
const WITHIN = box(0, 100, 0, 100)

describe('a line through a box', () => {
  test.each<[string, readonly (readonly [number, number])[], boolean]>([
    [
      'with a point inside',
      [
        [0, 0],
        [50, 50],
        [100, 0],
      ],
      true,
    ],
    [
      'between two points outside',
      [
        [0, 40],
        [100, 60],
      ],
      true,
    ],
    [
      'straight up within it',
      [
        [50, 0],
        [50, 100],
      ],
      true,
    ],
    [
      'above',
      [
        [0, 0],
        [50, 30],
        [100, 39],
      ],
      false,
    ],
    [
      'left of it',
      [
        [0, 50],
        [39, 50],
      ],
      false,
    ],
    [
      'past a corner: it would cross only beyond the edge',
      [
        [0, 0],
        [39, 45],
      ],
      false,
    ],
    ['of one point', [[50, 50]], true],
    ['of none', [], false],
  ])('%s', (_, line, crosses) => expect(crossesBox(line, box(40, 60, 40, 60))).toBe(crosses))

  test('is what walking along it in small steps finds', () => {
    const place = fc.integer({ min: 0, max: 100 })
    fc.assert(
      fc.property(fc.array(fc.tuple(place, place), { minLength: 2, maxLength: 6 }), place, place, (drawn, x, y) => {
        const line = drawn.map(([a, b]) => [a, b] as const).sort(([a], [b]) => a - b)
        const target = box(x, x + 10, y, y + 10)
        const walked = line.slice(1).some(([toX, toY], i) => {
          const [fromX, fromY] = line[i]!
          return Array.from({ length: 201 }, (_, k) => k / 200).some((share) => {
            const [atX, atY] = [fromX + share * (toX - fromX), fromY + share * (toY - fromY)]
            return atX > target.left && atX < target.right && atY > target.top && atY < target.bottom
          })
        })
        // a walk may step over a corner, never find what is not there
        if (walked) expect(crossesBox(line, target)).toBe(true)
      }),
    )
  })
})

describe('the first free box', () => {
  const below = box(10, 40, 60, 70)
  const above = box(10, 40, 30, 40)
  test('is the first one where nothing is in its way', () => {
    expect(
      freeBox(
        [below, above],
        [
          [0, 50],
          [100, 50],
        ],
        [],
        WITHIN,
      ),
    ).toBe(below)
  })
  test('gives way to the line', () => {
    expect(
      freeBox(
        [below, above],
        [
          [0, 65],
          [100, 65],
        ],
        [],
        WITHIN,
      ),
    ).toBe(above)
  })
  test('gives way to what is there, and to the edge', () => {
    expect(freeBox([below, above], [], [box(35, 60, 65, 75)], WITHIN)).toBe(above)
    expect(freeBox([below, above], [], [], box(0, 100, 0, 65))).toBe(above)
  })
  test('is null where none is', () => {
    expect(
      freeBox(
        [below],
        [
          [0, 65],
          [100, 65],
        ],
        [],
        WITHIN,
      ),
    ).toBeNull()
  })
})
