/** Pixels; y grows downwards. */
export interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

type Pixel = readonly [x: number, y: number]

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom

/** Whether a line through the points, from left to right, runs through the box. */
export function crossesBox(line: readonly Pixel[], box: Box): boolean {
  return line.some(([x, y], i) => {
    const [fromX, fromY] = line[i - 1] ?? [x, y]
    if (x < box.left || fromX > box.right) return false
    const at = (edge: number): number => (x === fromX ? y : fromY + ((y - fromY) * (edge - fromX)) / (x - fromX))
    const [start, end] = [fromX < box.left ? at(box.left) : fromY, x > box.right ? at(box.right) : y]
    return Math.min(start, end) < box.bottom && Math.max(start, end) > box.top
  })
}

/** The first box that stays within the bounds and that neither the line nor what is there already touches; else null. */
export function freeBox(boxes: readonly Box[], line: readonly Pixel[], taken: readonly Box[], within: Box): Box | null {
  return (
    boxes.find(
      (box) =>
        box.left >= within.left &&
        box.right <= within.right &&
        box.top >= within.top &&
        box.bottom <= within.bottom &&
        !taken.some((other) => overlap(box, other)) &&
        !crossesBox(line, box),
    ) ?? null
  )
}
