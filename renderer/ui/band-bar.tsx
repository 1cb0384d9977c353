import { memo } from 'react'
import { bandState, describeBand, excessOf, type PointScale, pixelOf, placeOf } from './band-bar-geometry.ts'

/** Relative form, for grids. `position` in half-widths, NaN where it cannot be checked; `after`: with the trades done. */
export const BandBar = memo(function BandBar({
  position,
  after,
}: {
  readonly position: number
  readonly after?: number | undefined
}) {
  const label = describeBand(position, after)
  if (Number.isNaN(position)) {
    return (
      <span className="bb unk" role="img" aria-label={label}>
        <i className="rail" />
        <i className="band" />
      </span>
    )
  }
  const excess = excessOf(position)
  return (
    <span className="bb" role="img" aria-label={label}>
      <i className="rail" />
      <i className="band" />
      <i className="tgt" />
      {after !== undefined && Number.isFinite(after) && <i className="aft" style={{ left: `${placeOf(after)}%` }} />}
      {excess ? (
        <>
          <i
            className={excess.broken ? 'over cut' : 'over'}
            style={{ left: `${excess.left}%`, width: `${excess.width}%` }}
          />
          <i
            className={excess.high ? 'tip hi' : 'tip lo'}
            style={{ left: excess.high ? `${excess.left + excess.width}%` : `calc(${excess.left}% - 8px)` }}
          />
        </>
      ) : (
        <i className={bandState(position) === 'near' ? 'mk near' : 'mk'} style={{ left: `${placeOf(position)}%` }} />
      )}
    </span>
  )
})

export interface PointBand {
  readonly weight: number
  readonly target: number
  readonly low: number
  readonly high: number
  readonly baseLow: number
  readonly baseHigh: number
  readonly position: number
  readonly after?: number | undefined
}

/** Points form, for the client book: one scale for all lines; the base band filled, what the regime adds paler. */
export const PointBandBar = memo(function PointBandBar({
  scale,
  band,
}: {
  readonly scale: PointScale
  readonly band: PointBand
}) {
  const at = (weight: number): number => pixelOf(scale, weight - band.target)
  const span = (low: number, high: number) => ({ left: at(low), width: Math.max(1, at(high) - at(low)) })
  const state = bandState(band.position)
  const place = at(band.weight)
  return (
    <span
      className={Number.isNaN(band.weight) ? 'bb pts unk' : 'bb pts'}
      role="img"
      aria-label={describeBand(band.position)}
      style={{ width: scale.width }}
    >
      <i className="rail" />
      <i className="band" style={span(band.low, band.high)} />
      {!Number.isNaN(band.weight) && (
        <>
          <i className="base" style={span(Math.max(band.baseLow, band.low), Math.min(band.baseHigh, band.high))} />
          <i className="edges" style={span(band.low, band.high)} />
          <i className="tgt" />
          {band.after !== undefined && <i className="aft" style={{ left: at(band.after) }} />}
          {state === 'out' ? (
            <>
              <i
                className={Math.abs(band.weight - band.target) * 100 > scale.points ? 'over cut' : 'over'}
                style={band.position > 0 ? span(band.high, band.weight) : span(band.weight, band.low)}
              />
              <i
                className={band.position > 0 ? 'tip hi' : 'tip lo'}
                style={{ left: band.position > 0 ? Math.min(place, scale.width - 8) : Math.max(0, place - 8) }}
              />
            </>
          ) : (
            <i className={state === 'near' ? 'mk near' : 'mk'} style={{ left: place }} />
          )}
        </>
      )}
    </span>
  )
})

/** The hollow mark, as a key beside a head. */
export const AfterKey = () => <span className="afterkey" aria-hidden="true" />
