/** Two whole programs without a window, each with its own data folder, over loopback: what a person does with them. */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startStandalone } from '#coordinator/standalone.ts'
import type { App } from '#engine/app/app.ts'
import { PAGE_CAPABILITIES } from '#cli/serve/page-capabilities.ts'
import { openSecretsFile } from '#engine/app/file-secrets.ts'
import { openApp } from '#engine/app/open-app.ts'
import type { Remote } from '#shared/api/contract.ts'
import { memoryCarriers } from '#shared/api/memory-carrier.ts'
import { connectRemote } from '#shared/api/rpc-client.ts'
import { serveContract } from '#shared/api/rpc-server.ts'
import type { OfferEvent, Selection } from '#shared/api/transfer-views.ts'
import type { AppEvent, TransferId, TransferView } from '#shared/api/views.ts'
import { toAppError } from '#shared/errors.ts'
import { eventually, sleep, within } from './harness/eventually.ts'
import { TempFolder } from './harness/temp-folder.ts'
import { compareFolders, describeTree, writeFile, writeRandomFile } from './harness/trees.ts'

const MIB = 1024 * 1024
const NEVER = new AbortController().signal

let folder: TempFolder
let stack: AsyncDisposableStack

beforeEach(async () => {
  stack = new AsyncDisposableStack()
  folder = stack.use(await TempFolder.create())
})

afterEach(() => stack.disposeAsync())

/** A program with a UI that mirrors what it is told, as the page does. */
class Person {
  readonly app: App
  /** Over the contract's own messages, so that every answer is checked against it. */
  readonly remote: Remote
  readonly events: AppEvent[] = []
  readonly transfers = new Map<TransferId, TransferView>()

  private constructor(app: App) {
    this.app = app
    const [page, engine] = memoryCarriers()
    serveContract(engine, app.implementation)
    this.remote = connectRemote(page)
  }

  static async open(name: string): Promise<Person> {
    const app = await openApp({
      dataDir: folder.at(name),
      defaults: { deviceName: name, downloadFolder: folder.at(`${name}-downloads`) },
      version: '0',
      platform: process.platform,
      shell: {
        capabilities: PAGE_CAPABILITIES,
        secrets: openSecretsFile(folder.at(name)),
      },
      startCoordinator: startStandalone,
      listen: { host: '127.0.0.1', port: 0 },
      bindAddress: '127.0.0.1',
    })
    const person = new Person(app)
    stack.use(app)
    person.remote.stream('app.watch', {}, (event) => person.#hear(event), NEVER).catch(() => undefined)
    await eventually('the snapshot', () => person.events.length > 0)
    return person
  }

  view(id: TransferId): TransferView | undefined {
    return this.transfers.get(id)
  }

  async share(...paths: string[]): Promise<{ id: TransferId; link: string }> {
    return this.remote.call('share.create', { paths })
  }

  /** Looks at a link until every file is listed. */
  async look(link: string): Promise<{ offer: OfferEvent; decline: () => Promise<string> }> {
    const page = new AbortController()
    let last: OfferEvent | undefined
    let failure: string | undefined
    const told = (event: OfferEvent): void => {
      last = event
    }
    const end = this.remote.stream('offer.open', { link }, told, page.signal).then(
      () => 'accepted',
      (error: unknown) => (failure = toAppError(error).code),
    )
    const offer = await eventually('the list of files', () => {
      if (failure !== undefined) throw new Error(failure)
      return last?.state === 'listed' ? last : undefined
    })
    const decline = async (): Promise<string> => {
      page.abort()
      return end
    }
    return { offer, decline }
  }

  async accept(link: string, destination: string, selection: Selection = null): Promise<TransferId> {
    const { offer } = await this.look(link)
    const { id } = await this.remote.call('offer.accept', { offer: offer.offer, destination, selection })
    return id
  }

  until(id: TransferId, what: string, isSo: (view: TransferView) => boolean): Promise<TransferView> {
    return eventually(what, () => {
      const view = this.view(id)
      if (view?.state === 'failed') throw new Error(`failed: ${JSON.stringify(view.error)}`)
      return view !== undefined && isSo(view) ? view : undefined
    })
  }

  #hear(event: AppEvent): void {
    this.events.push(event)
    const changed =
      event.kind === 'snapshot' ? event.app.transfers : event.kind === 'transfers' ? event.changed : []
    for (const view of changed) this.transfers.set(view.id, view)
    for (const id of event.kind === 'transfers' ? event.gone : []) this.transfers.delete(id)
  }
}

test('a share is offered, accepted in part, paused, resumed and finished; after a restart the share goes on', async () => {
  writeRandomFile(folder.at('tree/large.bin'), 24 * MIB)
  writeFile(folder.at('tree/wanted.txt'), 'wanted')
  writeFile(folder.at('tree/other/unwanted.txt'), 'unwanted')
  let anna = await Person.open('anna')
  let bert = await Person.open('bert')
  const { id: shared, link } = await anna.share(folder.at('tree'))

  const { offer } = await bert.look(link)
  expect(offer.description).toMatchObject({ title: 'tree', sender: 'anna', fileCount: 3 })
  const top = await bert.remote.call('offer.folder', { offer: offer.offer, path: 'tree' })
  expect(top.entries.map(({ name }) => name)).toEqual(['other', 'large.bin', 'wanted.txt'])

  await bert.remote.call('settings.change', { limits: { downBytesPerSecond: 4 * MIB } })
  const { id } = await bert.remote.call('offer.accept', {
    offer: offer.offer,
    destination: folder.at('to'),
    selection: { paths: ['tree/large.bin', 'tree/wanted.txt'] },
  })
  await bert.until(id, 'some of it', (view) => view.doneBytes > 2 * MIB)
  await bert.remote.call('transfer.pause', { id })
  const paused = await bert.until(id, 'the pause', (view) => view.state === 'paused')
  expect(paused.doneBytes).toBeLessThan(24 * MIB)
  expect(paused).toMatchObject({ peers: [], downBytesPerSecond: 0, isPartial: true, fileCount: 2 })
  expect((await bert.remote.call('transfer.folder', { id, path: 'tree' })).entries[1]).toMatchObject({
    name: 'large.bin',
    wanted: 'all',
  })

  await bert.remote.call('settings.change', { limits: { downBytesPerSecond: null } })
  await bert.remote.call('transfer.resume', { id })
  const finished = await bert.until(id, 'the end', (view) => view.state === 'seeding')
  expect(finished.resumedBytes).toBeGreaterThan(0)
  expect(finished.finishedAtMs).not.toBeNull()
  expect(readFileSync(folder.at('to/tree/large.bin')).equals(readFileSync(folder.at('tree/large.bin')))).toBe(
    true,
  )
  expect(readFileSync(folder.at('to/tree/wanted.txt'), 'utf8')).toBe('wanted')
  expect(existsSync(folder.at('to/tree/other'))).toBe(false)

  // Anna's program ends and starts again: the same link works, at the same port of her own coordinator.
  await within('anna’s end', anna.app.close())
  await within('bert’s end', bert.app.close())
  anna = await Person.open('anna')
  await anna.until(
    shared,
    'the share to go on',
    (view) => view.state === 'seeding' && view.coordinator === 'online',
  )
  expect(anna.view(shared)?.link).toBe(link)
  const cleo = await Person.open('cleo')
  const whole = await cleo.accept(link, folder.at('cleo-to'))
  await cleo.until(whole, 'the end', (view) => view.state === 'seeding')
  expect(compareFolders(folder.at('tree'), folder.at('cleo-to/tree'))).toEqual([])
  // Bert passed it on when his program ended, so he does again.
  bert = await Person.open('bert')
  await bert.until(id, 'bert to pass it on', (view) => view.state === 'seeding')
})

test('to decline writes nothing, neither into the folder nor into the list', async () => {
  writeFile(folder.at('tree/a.txt'), 'a')
  const anna = await Person.open('anna')
  const bert = await Person.open('bert')
  const { link } = await anna.share(folder.at('tree'))
  const { decline } = await bert.look(link)
  expect(await within('the end of the offer', decline())).toBe('transfer.stopped')
  await sleep(300)
  expect(bert.app.transfers()).toEqual([])
  expect(existsSync(folder.at('bert-downloads'))).toBe(false)
  await bert.app.close()
  expect((await Person.open('bert')).app.transfers()).toEqual([])
})

test('an accept that is refused leaves nothing, and the offer can be accepted elsewhere', async () => {
  writeFile(folder.at('tree/a.txt'), 'a')
  writeFile(folder.at('a-file'), 'in the way')
  const anna = await Person.open('anna')
  const bert = await Person.open('bert')
  const { link } = await anna.share(folder.at('tree'))
  const { offer } = await bert.look(link)
  const accept = (destination: string): Promise<{ id: TransferId }> =>
    bert.remote.call('offer.accept', { offer: offer.offer, destination, selection: null })
  await expect(accept(folder.at('a-file'))).rejects.toMatchObject({ code: 'disk.unsafe-path' })
  expect(bert.app.transfers()).toEqual([])
  const { id } = await eventually('the offer to be open again', () =>
    accept(folder.at('to')).catch((error: unknown) => {
      if (toAppError(error).code !== 'transfer.running') throw error
      return undefined
    }),
  )
  await bert.until(id, 'the end', (view) => view.state === 'seeding')
  expect(compareFolders(folder.at('tree'), folder.at('to/tree'))).toEqual([])
})

test('removed with its parts, nothing of an unfinished get is left', async () => {
  writeRandomFile(folder.at('tree/large.bin'), 24 * MIB)
  const anna = await Person.open('anna')
  const bert = await Person.open('bert')
  await bert.remote.call('settings.change', { limits: { downBytesPerSecond: 2 * MIB } })
  const { link } = await anna.share(folder.at('tree'))
  const id = await bert.accept(link, folder.at('to'))
  await bert.until(id, 'some of it', (view) => view.doneBytes > 0)
  await bert.remote.call('transfer.remove', { id, deletePartial: true })
  await eventually('the page to be told', () => !bert.transfers.has(id))
  expect([...describeTree(folder.at('to')).values()].filter((line) => line !== 'folder')).toEqual([])
  await bert.app.close()
  expect((await Person.open('bert')).app.transfers()).toEqual([])
})

test('a change of the network restarts what runs, which goes on where it was', async () => {
  writeRandomFile(folder.at('tree/large.bin'), 24 * MIB)
  const anna = await Person.open('anna')
  const bert = await Person.open('bert')
  const { link } = await anna.share(folder.at('tree'))
  await bert.remote.call('settings.change', { limits: { downBytesPerSecond: 4 * MIB } })
  const id = await bert.accept(link, folder.at('to'))
  await bert.until(id, 'some of it', (view) => view.doneBytes > 2 * MIB)
  await bert.remote.call('settings.change', { network: { routePolicy: 'direct' } })
  await anna.remote.call('server.add', { url: 'stun:127.0.0.1:9', username: '' })
  await bert.until(id, 'the restart', (view) => view.resumedBytes > 0)
  await bert.remote.call('settings.change', { limits: { downBytesPerSecond: null } })
  const finished = await bert.until(id, 'the end', (view) => view.state === 'seeding')
  expect(finished.resumedBytes).toBeGreaterThan(0)
  expect(compareFolders(folder.at('tree'), folder.at('to/tree'))).toEqual([])
})

test('settings and servers survive a restart, and a password is only where it may be', async () => {
  const anna = await Person.open('anna')
  await anna.remote.call('settings.change', { general: { theme: 'dark' }, limits: { connections: 3 } })
  const { id } = await anna.remote.call('server.add', {
    url: 'turn:127.0.0.1:9',
    username: 'anna',
    password: 'hunter2-swordfish',
  })
  writeFile(folder.at('tree/a.txt'), 'a')
  await anna.share(folder.at('tree'))
  const before = anna.app.settings()
  const tests: unknown[] = []
  await anna.remote.stream('server.test', { id }, (view) => tests.push(view), NEVER)
  expect(tests.at(-1)).toMatchObject({ state: 'failed' })
  await anna.app.close()
  const again = await Person.open('anna')
  expect(again.app.settings()).toEqual(before)
  expect(again.app.settings()).toMatchObject({ general: { theme: 'dark' }, limits: { connections: 3 } })
  expect(JSON.stringify([anna.events, again.events, tests])).not.toContain('hunter2')
  const holders = readdirSync(folder.at('anna'), { recursive: true, encoding: 'utf8' }).filter((name) => {
    const file = folder.at('anna', name)
    return statSync(file).isFile() && readFileSync(file).includes('hunter2-swordfish')
  })
  expect(holders).toEqual(['secrets.json'])
})

test('two programs do not share one data folder', async () => {
  const anna = await Person.open('anna')
  await expect(Person.open('anna')).rejects.toMatchObject({ code: 'app.running' })
  await anna.app.close()
  await Person.open('anna')
})
