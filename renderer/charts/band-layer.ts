import type {
  AutoscaleInfo,
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesPrimitive,
  PrimitivePaneViewZOrder,
  SeriesAttachedParameter,
  Time,
  UTCTimestamp,
} from 'lightweight-charts'
import type { WeightHistory } from '../../core/contracts/client-book-view.ts'
import type { ChartColours } from './chart-colours.ts'
import { type Box, freeBox } from './free-box.ts'
import { type BandStep, bandSteps, excursions, type Point } from './weight-history.ts'

type Target = Parameters<IPrimitivePaneRenderer['draw']>[0]
type Context = CanvasRenderingContext2D

const FONT_SIZE = 11
/** Labels at the right end keep this distance from each other. */
const LABEL_GAP = 14
/** Room for "watched from here". */
const WATCHED_ROOM = 100
/** Names of steps and of where watching began stand within this of the lower and the upper edge. */
const EDGE_ROOM = 20
/** The word of a rebalance: how far its middle stands below or above its mark, in the order that is tried. */
const WORD_OFFSETS = [14, -14, 26, -26, 38, -38]
/** A step narrower than this has no room for its name. */
const STEP_NAME_FROM = 72

/**
 * What stands behind and above the weight line: the band with its steps, the target, the parts of the line outside the
 * band, rebalances, and the limits in figures at the right end.
 */
export class BandLayer implements ISeriesPrimitive<Time> {
  #attached: SeriesAttachedParameter<Time> | null = null
  #history: WeightHistory
  #colours: ChartColours
  #baseHalf: number
  #steps: BandStep[] = []
  #excursions: Point[][] = []
  readonly #views: readonly IPrimitivePaneView[]

  constructor(history: WeightHistory, baseHalf: number, colours: ChartColours) {
    this.#history = history
    this.#colours = colours
    this.#baseHalf = baseHalf
    this.#views = [
      this.#view('bottom', (context, size) => this.#drawBand(context, size)),
      this.#view('top', (context, size) => this.#drawAbove(context, size)),
    ]
    this.update(history, baseHalf, colours)
  }

  update(history: WeightHistory, baseHalf: number, colours: ChartColours): void {
    this.#history = history
    this.#baseHalf = baseHalf
    this.#colours = colours
    this.#steps = bandSteps(history.lows, history.highs)
    this.#excursions = excursions(history)
    this.#attached?.requestUpdate()
  }

  attached(parameter: SeriesAttachedParameter<Time>): void {
    this.#attached = parameter
  }
  detached(): void {
    this.#attached = null
  }
  paneViews(): readonly IPrimitivePaneView[] {
    return this.#views
  }
  autoscaleInfo(): AutoscaleInfo {
    const { lows, highs, weights } = this.#history
    let low = Number.POSITIVE_INFINITY
    let high = Number.NEGATIVE_INFINITY
    for (let i = 0; i < weights.length; i++) {
      low = Math.min(low, lows[i]!, weights[i]!)
      high = Math.max(high, highs[i]!, weights[i]!)
    }
    return { priceRange: { minValue: low * 100, maxValue: high * 100 } }
  }

  #view(
    zOrder: PrimitivePaneViewZOrder,
    draw: (context: Context, size: { width: number; height: number }) => void,
  ): IPrimitivePaneView {
    const renderer: IPrimitivePaneRenderer = {
      draw: (target: Target) =>
        target.useMediaCoordinateSpace(({ context, mediaSize }) => {
          if (!this.#attached || this.#history.times.length < 2) return
          context.save()
          context.font = `${FONT_SIZE}px ${this.#colours.font}`
          context.textBaseline = 'middle'
          draw(context, mediaSize)
          context.restore()
        }),
    }
    return { zOrder: () => zOrder, renderer: () => renderer }
  }

  /** Pixels of a place between samples. */
  #x(index: number): number {
    const { times } = this.#history
    const at = (i: number): number =>
      this.#attached!.chart.timeScale().timeToCoordinate(Math.floor(times[i]! / 1000) as UTCTimestamp) ?? 0
    const whole = Math.floor(index)
    return whole === index ? at(whole) : at(whole) + (at(whole + 1) - at(whole)) * (index - whole)
  }
  #y(weight: number): number {
    return this.#attached!.series.priceToCoordinate(weight * 100) ?? 0
  }

  #drawBand(context: Context, { height }: { height: number }): void {
    const colours = this.#colours
    this.#steps.forEach((step, index) => {
      const left = this.#x(step.from)
      const right = this.#x(step.to)
      const top = this.#y(step.high)
      const bottom = this.#y(step.low)
      context.fillStyle = colours.band
      context.fillRect(left, top, right - left, bottom - top)
      context.strokeStyle = colours.bandEdge
      context.lineWidth = 1
      context.beginPath()
      for (const y of [top, bottom]) {
        context.moveTo(left, Math.round(y) + 0.5)
        context.lineTo(right, Math.round(y) + 0.5)
      }
      context.stroke()
      if (index > 0) {
        context.strokeStyle = colours.lineStrong
        context.setLineDash([2, 3])
        context.beginPath()
        context.moveTo(Math.round(left) + 0.5, 8)
        context.lineTo(Math.round(left) + 0.5, height)
        context.stroke()
        context.setLineDash([])
      }
      if (this.#steps.length > 1 && right - left > STEP_NAME_FROM && this.#baseHalf > 0) {
        const half = Math.max(step.high - this.#history.target, this.#history.target - step.low)
        context.fillStyle = colours.text3
        context.textAlign = 'left'
        context.fillText(`bands × ${(half / this.#baseHalf).toFixed(2)}`, left + 6, height - 10)
      }
    })
    const y = Math.round(this.#y(this.#history.target)) + 0.5
    context.strokeStyle = colours.bandTarget
    context.beginPath()
    context.moveTo(this.#x(0), y)
    context.lineTo(this.#x(this.#history.times.length - 1), y)
    context.stroke()
    this.#drawRecordedFrom(context)
  }

  /** Before the book was watched the line shows today's holdings at past prices: said, not hidden. */
  #drawRecordedFrom(context: Context): void {
    const { times, recordedFrom } = this.#history
    const index = times.findIndex((at) => at >= recordedFrom)
    if (index <= 0) return
    const x = this.#x(index)
    context.fillStyle = this.#colours.text3
    const atRight = x + WATCHED_ROOM < this.#x(times.length - 1)
    context.textAlign = atRight ? 'left' : 'right'
    context.fillText('watched from here', x + (atRight ? 5 : -5), 11)
    context.strokeStyle = this.#colours.lineStrong
    context.beginPath()
    context.moveTo(Math.round(x) + 0.5, 4)
    context.lineTo(Math.round(x) + 0.5, 18)
    context.stroke()
  }

  #drawAbove(context: Context, size: { width: number; height: number }): void {
    const colours = this.#colours
    context.strokeStyle = colours.outMark
    context.lineWidth = 2.5
    context.lineJoin = 'round'
    for (const part of this.#excursions) {
      context.beginPath()
      part.forEach(([index, weight], k) => {
        if (k === 0) context.moveTo(this.#x(index), this.#y(weight))
        else context.lineTo(this.#x(index), this.#y(weight))
      })
      context.stroke()
    }
    this.#drawRebalances(context, size)
    this.#drawEnd(context)
  }

  /** A ring on the line for each, with its word where the line and other words leave room. */
  #drawRebalances(context: Context, { width, height }: { width: number; height: number }): void {
    const colours = this.#colours
    const { weights, rebalances, times } = this.#history
    const word = 'rebalanced'
    const wide = context.measureText(word).width
    const within: Box = { left: 0, right: width, top: EDGE_ROOM, bottom: height - EDGE_ROOM }
    const taken: Box[] = []
    for (const at of rebalances) {
      const index = times.findIndex((time) => time >= at)
      if (index < 0) continue
      const [x, y] = [this.#x(index), this.#y(weights[index]!)]
      context.beginPath()
      context.arc(x, y, 3.5, 0, 2 * Math.PI)
      context.fillStyle = colours.surface
      context.fill()
      context.strokeStyle = colours.text1
      context.lineWidth = 1.5
      context.stroke()
      const boxes = WORD_OFFSETS.flatMap((offset) =>
        [x + 8, x - 8 - wide].map((left) => {
          const middle = y + offset
          return { left, right: left + wide, top: middle - FONT_SIZE / 2 - 2, bottom: middle + FONT_SIZE / 2 + 2 }
        }),
      )
      const box = freeBox(boxes, this.#lineAround(index, wide + 10), taken, within)
      if (box === null) continue
      taken.push(box)
      context.fillStyle = colours.text2
      context.textAlign = 'left'
      context.fillText(word, box.left, (box.top + box.bottom) / 2)
    }
  }

  /** Pixels of the weight line as far as `reach` to both sides of a sample, and the first point beyond. */
  #lineAround(index: number, reach: number): [x: number, y: number][] {
    const { weights } = this.#history
    const middle = this.#x(index)
    let [from, to] = [index, index]
    while (from > 0 && this.#x(from) > middle - reach) from--
    while (to < weights.length - 1 && this.#x(to) < middle + reach) to++
    return Array.from({ length: to - from + 1 }, (_, i) => [this.#x(from + i), this.#y(weights[from + i]!)])
  }

  /** On a ground of its own: no grid line runs through the figures. */
  #label(context: Context, text: string, x: number, y: number, colour: string): void {
    context.fillStyle = this.#colours.surface
    context.fillRect(x - 2, y - FONT_SIZE / 2 - 2, context.measureText(text).width + 4, FONT_SIZE + 4)
    context.fillStyle = colour
    context.fillText(text, x, y)
  }

  /** Weight now, and the limits it is held against. */
  #drawEnd(context: Context): void {
    const colours = this.#colours
    const { weights, lows, highs, target } = this.#history
    const last = weights.length - 1
    const weight = weights[last]!
    const outside = weight > highs[last]! || weight < lows[last]!
    const x = this.#x(last)
    const y = this.#y(weight)
    context.textAlign = 'left'
    context.fillStyle = outside ? colours.outMark : colours.text1
    context.beginPath()
    if (outside) {
      context.moveTo(x + 4, y - 5)
      context.lineTo(x + 12, y)
      context.lineTo(x + 4, y + 5)
    } else context.arc(x, y, 2.5, 0, 2 * Math.PI)
    context.fill()
    context.font = `600 ${FONT_SIZE}px ${colours.font}`
    this.#label(context, (weight * 100).toFixed(2), x + 16, y, outside ? colours.out : colours.text1)
    context.font = `${FONT_SIZE}px ${colours.font}`
    const taken = [y]
    for (const limit of [highs[last]!, target, lows[last]!]) {
      const at = this.#y(limit)
      if (taken.some((other) => Math.abs(other - at) < LABEL_GAP)) continue
      taken.push(at)
      this.#label(context, (limit * 100).toFixed(2), x + 16, at, colours.text3)
    }
  }
}
