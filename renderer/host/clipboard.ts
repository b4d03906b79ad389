/** The clipboard, also on a page that the browser does not count as secure: one of `beeline serve` on a LAN. */

/** Rejects when the browser does not let it. */
export async function copyText(text: string): Promise<void> {
  // Undefined on such a page, whatever the type says.
  const clipboard = navigator.clipboard as Clipboard | undefined
  if (clipboard !== undefined) return clipboard.writeText(text)
  const focused = document.activeElement
  const field = document.createElement('textarea')
  field.value = text
  field.className = 'hidden-visually'
  // Within the open dialog, if there is one: it would take the focus back at once.
  const place = focused?.closest('[role="dialog"], [role="alertdialog"]') ?? document.body
  place.append(field)
  try {
    field.select()
    // Deprecated and without a successor where the clipboard is missing.
    if (!document.execCommand('copy')) throw new Error('the browser did not copy')
  } finally {
    field.remove()
    if (focused instanceof HTMLElement) focused.focus()
  }
}

/** What is on it, where the person has allowed that before; nobody is asked, and without a permission it is ''. */
export async function readClipboard(): Promise<string> {
  try {
    // Not in every browser’s list of names, hence the check by the browser itself.
    const permission = await navigator.permissions.query({ name: 'clipboard-read' as PermissionName })
    return permission.state === 'granted' ? await navigator.clipboard.readText() : ''
  } catch {
    return ''
  }
}
