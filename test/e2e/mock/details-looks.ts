import type { Look } from './look-shape.ts'

export const DETAILS_LOOKS: readonly Look[] = []
