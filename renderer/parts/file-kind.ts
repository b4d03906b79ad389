/** What a file's name says of what is in it, for its picture. Pure. */

export type FileKind = 'image' | 'audio' | 'video' | 'text' | 'archive' | 'other'

const EXTENSIONS: Readonly<Record<Exclude<FileKind, 'other'>, string>> = {
  image: 'jpg jpeg png gif webp avif heic svg tif tiff bmp psd raw nef cr2 cr3 arw dng xcf',
  audio: 'mp3 flac wav aiff aif ogg opus m4a aac mid',
  video: 'mp4 mkv mov avi webm m4v mpg mpeg ts m2ts',
  text: 'txt md pdf doc docx odt rtf tex csv json xml html epub log hwp hwpx xls xlsx ods ppt pptx odp',
  archive: 'zip 7z rar tar gz xz zst bz2 tgz iso dmg deb rpm',
}

const KINDS: ReadonlyMap<string, FileKind> = new Map(
  (['image', 'audio', 'video', 'text', 'archive'] as const).flatMap((kind) =>
    EXTENSIONS[kind].split(' ').map((extension): [string, FileKind] => [extension, kind]),
  ),
)

export function fileKind(name: string): FileKind {
  return KINDS.get(/\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '') ?? 'other'
}
