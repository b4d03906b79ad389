/** The main button of the window: files at once, and beside it the other things that can be shared. */

import type { ReactNode } from 'react'
import { ChevronDown, FileUp, Files, Folder, FolderUp, Plus } from 'lucide-react'
import { Button } from '../../parts/button.tsx'
import { MenuButton } from '../../parts/menu.tsx'
import { useApp } from '../../state/app-context.tsx'
import { useText } from '../../text/text-context.tsx'
import type { Share } from './use-share.tsx'
import './share-button.css'

export function ShareButton({ share }: { readonly share: Share }): ReactNode {
  const text = useText()
  const canUpload = useApp().capabilities.upload !== null
  const words = text.transfers.share
  const items = [
    {
      id: 'files',
      label: words.files,
      icon: <Files aria-hidden="true" />,
      run: () => share.choose('files'),
    },
    {
      id: 'folders',
      label: words.folders,
      icon: <Folder aria-hidden="true" />,
      run: () => share.choose('folders'),
    },
    ...(canUpload
      ? [
          {
            id: 'upload-files',
            label: words.uploadFiles,
            icon: <FileUp aria-hidden="true" />,
            run: () => share.chooseHere('files'),
          },
          {
            id: 'upload-folder',
            label: words.uploadFolder,
            icon: <FolderUp aria-hidden="true" />,
            run: () => share.chooseHere('folders'),
          },
        ]
      : []),
  ]
  return (
    <div className="share-split">
      <Button kind="primary" icon={<Plus aria-hidden="true" />} onPress={() => share.choose('files')}>
        {text.common.share}
      </Button>
      <MenuButton label={words.more} actions={items} className="button button-primary share-more">
        <ChevronDown aria-hidden="true" />
      </MenuButton>
    </div>
  )
}
