/** Words of the transfers part. */

export const transfers = {
  heading: '',
}
