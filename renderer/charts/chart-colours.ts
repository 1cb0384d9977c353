/** The design's colours as a canvas needs them: it can't read CSS variables itself. */
export interface ChartColours {
  readonly text1: string
  readonly text2: string
  readonly text3: string
  readonly line: string
  readonly lineStrong: string
  readonly band: string
  readonly bandEdge: string
  readonly bandTarget: string
  readonly out: string
  readonly outMark: string
  readonly surface: string
  readonly font: string
}

export function readChartColours(element: Element): ChartColours {
  const style = getComputedStyle(element)
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  return {
    text1: token('text-1'),
    text2: token('text-2'),
    text3: token('text-3'),
    line: token('line'),
    lineStrong: token('line-strong'),
    band: token('band'),
    bandEdge: token('band-edge'),
    bandTarget: token('band-target'),
    out: token('out'),
    outMark: token('out-mark'),
    surface: token('surface'),
    font: style.fontFamily,
  }
}
