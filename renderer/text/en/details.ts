/** Words of the details part. */

export const details = {
  heading: '',
}
