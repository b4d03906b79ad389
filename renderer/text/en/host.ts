/** Words of the host part. */

export const host = {
  heading: '',
}
