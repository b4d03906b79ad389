import type { Messages } from '../messages.ts'

export const transfers: Messages['transfers'] = {
  heading: '',
}
