import type { Look } from './look-shape.ts'

export const TRANSFER_LOOKS: readonly Look[] = []
