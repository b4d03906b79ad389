/** Where the devices of a swarm stand around one’s own. Whoever has a place keeps it. Pure. */

/**
 * Places around the middle, clockwise from the right, as pairs of opposite ones in the order in which they are taken: an
 * X first, which needs little height, then the sides, then above and below, then the corners.
 */
const PAIRS: readonly (readonly [number, number])[] = [
  [11, 5],
  [7, 1],
  [0, 6],
  [9, 3],
  [8, 2],
  [10, 4],
]
/** By place: how far from the middle, as a part of half the width. */
const COLUMNS = [1, 0.96, 0.6, 0, -0.6, -0.96, -1, -0.96, -0.6, 0, 0.6, 0.96] as const
/** By place: rows from the middle. */
const ROWS = [0, 1, 2, 2, 2, 1, 0, -1, -2, -2, -2, -1] as const
const CORNER = 2

/** Radius of a device’s circle and of one’s own, pixels. */
export const NODE_RADIUS_PX = 17
export const OWN_RADIUS_PX = 23
/** Of the two lines under or over a device. */
export const LABEL_WIDTH_PX = 108
export const LABEL_HEIGHT_PX = 32
export const LABEL_GAP_PX = 4
/** Between the labels of two columns, at least. */
const LABEL_SPACE_PX = 6
/** Between two rows, where the one in the middle is taken and where it is not. */
const ROW_PX = 74
const LOW_ROW_PX = 50
/** Above the highest and below the lowest label. */
const EDGE_PX = 6
/** Farthest from the middle to a side: longer lines say no more. */
const MAX_HALF_WIDTH_PX = 290

export type Places = ReadonlyMap<string, number>

/** Twelve; without the corners where their labels would meet those of the middle column. */
export function countPlaces(widthPx: number): number {
  const cornerPx = COLUMNS[CORNER] * halfWidthOf(widthPx)
  return cornerPx < LABEL_WIDTH_PX + LABEL_SPACE_PX ? 8 : 12
}

/**
 * A place for each device, as far as there are any. Newcomers take the first free pair, on the side that is given by who
 * they are: connected ones first, otherwise in an order that does not depend on when they came.
 */
export function seatPeers(
  before: Places,
  peers: readonly { readonly peer: string; readonly state: string }[],
  count: number,
): Places {
  const pairs = PAIRS.slice(0, count / 2)
  const allowed = new Set(pairs.flat())
  const seated = new Map<string, number>()
  for (const { peer } of peers) {
    const place = before.get(peer)
    if (place !== undefined && allowed.has(place)) seated.set(peer, place)
  }
  const taken = new Set(seated.values())
  const rank = (state: string): number => (state === 'connected' ? 0 : 1)
  const newcomers = peers
    .filter(({ peer }) => !seated.has(peer))
    .map(({ peer, state }) => ({ peer, rank: rank(state), hash: hash(peer) }))
    .toSorted((a, b) => a.rank - b.rank || a.hash - b.hash || (a.peer < b.peer ? -1 : 1))
  for (const newcomer of newcomers) {
    const pair = pairs.find((both) => both.some((place) => !taken.has(place)))
    if (pair === undefined) break
    const [near, far] = newcomer.hash % 2 === 0 ? pair : [pair[1], pair[0]]
    const place = taken.has(near) ? far : near
    seated.set(newcomer.peer, place)
    taken.add(place)
  }
  return seated
}

export interface Spot {
  readonly x: number
  readonly y: number
  /** Where the label stands: away from the middle, so that its own line does not run through it. */
  readonly label: 'above' | 'below'
}

export interface SwarmLayout {
  readonly heightPx: number
  readonly middle: { readonly x: number; readonly y: number }
  readonly spotOf: (place: number) => Spot
}

export function layOut(widthPx: number, places: Iterable<number>): SwarmLayout {
  const rows = [...places].map(rowOf)
  const rowPx = rows.some((row) => Math.abs(row) !== 1) ? ROW_PX : LOW_ROW_PX
  // From the middle to the end of what stands there; a label is below from the middle row on.
  const labelPx = LABEL_GAP_PX + LABEL_HEIGHT_PX
  const reach = (row: number, labelled: boolean): number =>
    row * rowPx + NODE_RADIUS_PX + (labelled ? labelPx : 0)
  const above = Math.max(OWN_RADIUS_PX, ...rows.map((row) => reach(-row, row < 0)))
  const below = Math.max(OWN_RADIUS_PX, ...rows.map((row) => reach(row, row >= 0)))
  const middle = { x: widthPx / 2, y: above + EDGE_PX }
  return {
    heightPx: above + below + 2 * EDGE_PX,
    middle,
    spotOf: (place) => ({
      x: middle.x + (COLUMNS[place] ?? 0) * halfWidthOf(widthPx),
      y: middle.y + rowOf(place) * rowPx,
      label: rowOf(place) < 0 ? 'above' : 'below',
    }),
  }
}

function halfWidthOf(widthPx: number): number {
  return Math.min(MAX_HALF_WIDTH_PX, (widthPx - LABEL_WIDTH_PX) / 2)
}

function rowOf(place: number): number {
  return ROWS[place] ?? 0
}

/** Up to here a line is as thin as one on which nothing moves. Bytes per second. */
const THIN_BYTES_PER_SECOND = 10_000
const THIN_PX = 1.5
/** Each tenfold rate is that much thicker. */
const STEP_PX = 1.1
const THICK_PX = 6

export function lineWidthPx(bytesPerSecond: number): number {
  const tenfolds = Math.log10(Math.max(1, bytesPerSecond / THIN_BYTES_PER_SECOND))
  return Math.min(THICK_PX, THIN_PX + STEP_PX * tenfolds)
}

/** FNV-1a, 32 bits: the same for the same device on every run. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value >>> 0
}
