import {
  ColorType,
  CrosshairMode,
  createChart,
  type IChartApi,
  type ISeriesApi,
  LineSeries,
  type UTCTimestamp,
} from 'lightweight-charts'
import { useEffect, useRef, useState } from 'react'
import type { WeightHistory } from '../../core/contracts/client-book-view.ts'
import { formatDate, formatDay, formatMinute } from '../ui/format.ts'
import { BandLayer } from './band-layer.ts'
import { type ChartColours, readChartColours } from './chart-colours.ts'
import { inOrder } from './weight-history.ts'
import './weight-chart.css'

/** Room right of the line for its value and limits. */
const END_ROOM = 64
/** Room for half a label of the time axis left of the first sample. */
const START_ROOM = 16

interface WeightChartProps {
  readonly history: WeightHistory
  /** Half-width before the regime, as a fraction: names the steps of the band. */
  readonly baseHalf: number
  /** The picture in words. */
  readonly label: string
}

interface Drawn {
  readonly chart: IChartApi
  readonly series: ISeriesApi<'Line'>
  readonly layer: BandLayer
}

/**
 * One weight against its band over time. Colours are read from the document once: give it a new key when they change.
 * TradingView's attribution stands under it, as the library's licence asks.
 */
export function WeightChart({ history, baseHalf, label }: WeightChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const drawn = useRef<Drawn | null>(null)

  const fonts = useFonts()

  useEffect(() => {
    if (!fonts) return
    const colours = readChartColours(box.current!)
    const given = inOrder(history)
    if (drawn.current) drawn.current.layer.update(given, baseHalf, colours)
    else drawn.current = open(box.current!, given, baseHalf, colours)
    const { chart, series } = drawn.current
    chart.applyOptions(optionsOf(colours))
    series.applyOptions({ color: colours.text1 })
    series.setData(
      Array.from(given.times, (at, i) => ({
        time: Math.floor(at / 1000) as UTCTimestamp,
        value: given.weights[i]! * 100,
        ...(at < given.recordedFrom ? { color: colours.text3 } : {}),
      })),
    )
    showAll(chart, given.times.length)
  }, [history, baseHalf, fonts])
  useEffect(
    () => () => {
      drawn.current?.chart.remove()
      drawn.current = null
    },
    [],
  )

  return (
    <div className="weightchart">
      <div ref={box} className="plot" role="img" aria-label={label} />
      <p className="attribution">
        Chart by{' '}
        <a href="https://www.tradingview.com/" target="_blank" rel="noreferrer">
          TradingView
        </a>{' '}
        Lightweight Charts™
      </p>
    </div>
  )
}

/** A canvas draws with what is loaded when it is drawn, and does not draw again when a font arrives. */
function useFonts(): boolean {
  const [ready, setReady] = useState(false)
  useEffect(() => {
    let gone = false
    const show = (): void => {
      if (!gone) setReady(true)
    }
    const { fontFamily } = getComputedStyle(document.body)
    Promise.all([400, 600].map((weight) => document.fonts.load(`${weight} 11px ${fontFamily}`))).then(show, show)
    return () => {
      gone = true
    }
  }, [])
  return ready
}

/** All samples, with room for the first label of the axis and for the figures at the end. */
function showAll(chart: IChartApi, samples: number): void {
  const scale = chart.timeScale()
  const plot = Math.max(1, scale.width() - END_ROOM - START_ROOM)
  const perPixel = (samples - 1) / plot
  scale.setVisibleLogicalRange({ from: -START_ROOM * perPixel, to: samples - 1 + END_ROOM * perPixel })
}

function optionsOf(colours: ChartColours) {
  return {
    layout: {
      background: { type: ColorType.Solid as const, color: colours.surface },
      textColor: colours.text3,
      fontFamily: colours.font,
      fontSize: 11,
      // The link under the chart takes its place: the logo brings a style element of its own.
      attributionLogo: false,
    },
    grid: { vertLines: { visible: false }, horzLines: { color: colours.line } },
    crosshair: {
      mode: CrosshairMode.Magnet,
      vertLine: { color: colours.lineStrong, labelBackgroundColor: colours.lineStrong },
      horzLine: { color: colours.lineStrong, labelBackgroundColor: colours.lineStrong },
    },
  }
}

function open(box: HTMLElement, history: WeightHistory, baseHalf: number, colours: ChartColours): Drawn {
  const chart = createChart(box, {
    ...optionsOf(colours),
    autoSize: true,
    handleScroll: false,
    handleScale: false,
    leftPriceScale: { visible: true, borderVisible: false, scaleMargins: { top: 0.06, bottom: 0.08 } },
    rightPriceScale: { visible: false },
    timeScale: {
      borderVisible: false,
      lockVisibleTimeRangeOnResize: true,
      tickMarkFormatter: (time: UTCTimestamp, kind: number) =>
        kind >= 3 ? formatMinute(time * 1000) : formatDay(time * 1000),
    },
    localization: { timeFormatter: (time: UTCTimestamp) => `${formatDate(time * 1000)} ${formatMinute(time * 1000)}` },
  })
  const series = chart.addSeries(LineSeries, {
    priceScaleId: 'left',
    lineWidth: 2,
    color: colours.text1,
    lastValueVisible: false,
    priceLineVisible: false,
    crosshairMarkerRadius: 3,
    priceFormat: { type: 'price', precision: 2, minMove: 0.01 },
  })
  const layer = new BandLayer(history, baseHalf, colours)
  series.attachPrimitive(layer)
  return { chart, series, layer }
}
