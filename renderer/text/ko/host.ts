import type { Messages } from '../messages.ts'

export const host: Messages['host'] = {
  heading: '',
}
