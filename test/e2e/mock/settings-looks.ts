import type { Look } from './look-shape.ts'

export const SETTINGS_LOOKS: readonly Look[] = []
