/** Dialogs over the window. On a narrow window they fill it from below. */

import type { ReactNode } from 'react'
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { X } from 'lucide-react'
import { useText } from '../text/text-context.tsx'
import { Button, IconButton } from './button.tsx'
import './dialog.css'

interface DialogProps {
  readonly title: string
  readonly size?: 'small' | 'medium' | 'large'
  readonly role?: 'dialog' | 'alertdialog'
  readonly onClose: () => void
  readonly children: ReactNode
  /** Buttons, the main one last. */
  readonly actions?: ReactNode
}

export function Dialog({
  title,
  size = 'medium',
  role = 'dialog',
  onClose,
  children,
  actions,
}: DialogProps): ReactNode {
  const text = useText()
  return (
    <ModalOverlay
      className="veil"
      isOpen
      isDismissable={role === 'dialog'}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose()
      }}
    >
      <Modal className={`modal modal-${size}`}>
        <AriaDialog className="dialog" role={role}>
          <header className="dialog-head">
            <Heading slot="title" level={2}>
              {title}
            </Heading>
            <IconButton label={text.common.close} onPress={onClose}>
              <X aria-hidden="true" />
            </IconButton>
          </header>
          <div className="dialog-body scroll">{children}</div>
          {actions === undefined ? null : <footer className="dialog-foot">{actions}</footer>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}

interface ConfirmProps {
  readonly title: string
  readonly children: ReactNode
  readonly confirm: string
  readonly isDanger?: boolean
  readonly onConfirm: () => void
  readonly onClose: () => void
}

/** Asks before what cannot be undone. */
export function Confirm({
  title,
  children,
  confirm,
  isDanger = false,
  onConfirm,
  onClose,
}: ConfirmProps): ReactNode {
  const text = useText()
  return (
    <Dialog
      title={title}
      size="small"
      role="alertdialog"
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{text.common.cancel}</Button>
          <Button
            kind={isDanger ? 'danger' : 'primary'}
            autoFocus
            onPress={() => {
              onConfirm()
              onClose()
            }}
          >
            {confirm}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  )
}
