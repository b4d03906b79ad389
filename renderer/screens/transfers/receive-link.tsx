/** Asks for a link. */

import { useLayoutEffect, useRef, useState, type ReactNode } from 'react'
import { toAppError } from '#shared/errors.ts'
import { parseLink } from '#shared/share/link.ts'
import { readClipboard } from '../../host/clipboard.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { TextField } from '../../parts/fields.tsx'
import { errorText, useText } from '../../text/text-context.tsx'
import { linkInText } from './link-in-text.ts'

interface ReceiveLinkProps {
  readonly onLink: (link: string) => void
  readonly onClose: () => void
}

export function ReceiveLink({ onLink, onClose }: ReceiveLinkProps): ReactNode {
  const text = useText()
  const words = text.transfers.receive
  const [value, setValue] = useState('')
  const [isFound, setIsFound] = useState(false)
  const [error, setError] = useState<string>()
  /** The clipboard answers late, and a browser may ask the person first. */
  const isTouched = useRef(false)

  const go = (link: string): void => {
    const found = linkInText(link)
    if (found !== undefined) onLink(found)
    else setError(errorText(text, refusal(link)))
  }
  const recognise = async (): Promise<void> => {
    if (value !== '') return
    const found = linkInText(await readClipboard())
    if (found === undefined) return
    // Not over what was typed meanwhile; and filled in only, since nobody has asked for it.
    if (isTouched.current) return
    setValue(found)
    setIsFound(true)
  }
  // Before it is seen: whoever pastes or types after all replaces it.
  useLayoutEffect(() => {
    if (isFound && document.activeElement instanceof HTMLInputElement) document.activeElement.select()
  }, [isFound])
  return (
    <Dialog
      title={words.title}
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{text.common.cancel}</Button>
          <Button kind="primary" isDisabled={value.trim() === ''} onPress={() => go(value)}>
            {words.next}
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (value.trim() !== '') go(value)
        }}
      >
        <TextField
          label={words.link}
          placeholder={words.placeholder}
          isMono
          autoFocus
          autoComplete="off"
          value={value}
          error={error}
          hint={isFound ? words.fromClipboard : words.hint}
          onChange={(typed) => {
            isTouched.current = true
            setValue(typed)
            setIsFound(false)
            setError(undefined)
          }}
          onFocus={() => void recognise()}
          onPaste={(event) => {
            const pasted = event.clipboardData?.getData('text/plain').trim() ?? ''
            // The whole field at once: what was pasted into the middle of something is left to the person.
            if ((value === '' || isFound) && pasted !== '') {
              event.preventDefault()
              isTouched.current = true
              setValue(pasted)
              go(pasted)
            }
          }}
        />
      </form>
    </Dialog>
  )
}

/** The code of what is wrong with it. */
function refusal(link: string): string {
  try {
    parseLink(link)
  } catch (thrown) {
    return toAppError(thrown).code
  }
  return 'link.not-a-link'
}
