/** What specs say to the engine and ask of the page, through `window.beeline` as the UI does. */

import type { Remote } from '#shared/api/contract.ts'
import { connectRemote } from '#shared/api/rpc-client.ts'
import type { AppEvent } from '#shared/api/views.ts'
import { connectPage } from './page-carrier.ts'
import type { StartedShell } from './shell-driver.ts'

export async function openRemote(shell: StartedShell): Promise<Remote> {
  return connectRemote(await connectPage(shell))
}

/** Everything that `app.watch` has told so far, the snapshot first. */
export class Watched {
  readonly events: AppEvent[] = []

  constructor(remote: Remote) {
    // It ends with the shell.
    remote
      .stream('app.watch', {}, (event) => this.events.push(event), new AbortController().signal)
      .catch(() => undefined)
  }

  of<Kind extends AppEvent['kind']>(kind: Kind): Extract<AppEvent, { kind: Kind }>[] {
    // The kind is what tells them apart.
    return this.events.filter((event) => event.kind === kind) as Extract<AppEvent, { kind: Kind }>[]
  }
}
