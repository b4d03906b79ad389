/** Names under which the systems know this program. They stand in the packages too, and pack:check compares. Pure. */

export const PRODUCT = 'Beeline'
/** Windows' taskbar and notifications go by it, Linux' desktop file, macOS' bundle. */
export const APP_ID = 'org.example.Beeline'
/** Of links for the system's handler: `beeline://…`. */
export const LINK_SCHEME = 'beeline'
/** Started by the system at login: no window until somebody asks for it. */
export const HIDDEN_SWITCH = '--hidden'
