/** Words for choosing files and folders of the computer the engine runs on. */

export const host = {
  filesTitle: 'Choose files and folders to share',
  foldersTitle: 'Choose folders to share',
  destinationTitle: 'Choose where to put the files',
  note: 'These are the files of the computer on which Beeline runs.',
  path: 'Folder',
  go: 'Go',
  up: 'Up one folder',
  places: 'Places',
  place: { home: 'Home', downloads: 'Downloads', desktop: 'Desktop', disk: 'Whole disk' },
  entries: 'Files and folders',
  emptyFolder: 'This folder is empty.',
  cut: 'Only the first entries are shown. Type a path to go further.',
  useFolder: 'Use this folder',
  chooseCount: (count: number, text: string) => (count === 0 ? 'Choose' : `Choose ${text}`),
  open: 'Open',
  name: 'Name',
  size: 'Size',
  willBeMade: 'This folder does not exist yet. It will be made.',
}
