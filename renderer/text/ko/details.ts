import type { Messages } from '../messages.ts'

export const details: Messages['details'] = {
  heading: '',
}
