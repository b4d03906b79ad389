/** Words of the settings part. */

export const settings = {
  heading: '',
}
