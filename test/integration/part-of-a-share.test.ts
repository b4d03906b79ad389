/** Only some files of a share, with real devices: nothing else is written, and more can be had later. */

import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openEngine } from '#engine/open-engine.ts'
import { AppError } from '#shared/errors.ts'
import { BeelineProcess } from './harness/beeline-process.ts'
import { eventually } from './harness/eventually.ts'
import { TempFolder } from './harness/temp-folder.ts'
import { compareFolders, describeTree, writeFile, writeRandomFile } from './harness/trees.ts'

const KIB = 1024

/** No file ends where a piece ends. */
function makeTree(root: string): void {
  for (const name of ['a', 'b', 'in/c', 'in/d', 'z']) writeRandomFile(`${root}/${name}`, 700 * KIB + 13)
  for (let i = 0; i < 300; i++) writeFile(`${root}/small/${i}`, `file ${i}`)
  writeFile(`${root}/small/empty`, '')
}

function filesIn(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(root.length + 1))
    .sort()
}

test('“get --only” receives exactly that, and without it the rest comes later', async () => {
  using folder = await TempFolder.create()
  makeTree(folder.at('tree'))
  await using sender = new BeelineProcess(['send', folder.at('tree'), '--listen', '127.0.0.1:0'], {
    home: folder.at('home-a'),
  })
  const link = await sender.link()
  const get = ['get', link, '--to', folder.at('got'), '--yes']
  const home = folder.at('home-b')

  await using wrong = new BeelineProcess([...get, '--only', 'tree/nothing'], { home })
  expect((await wrong.ending()).code, wrong.describe()).toBe(64)
  expect(wrong.find('error')).toMatchObject({ code: 'settings.bad-value' })
  expect(filesIn(folder.at('got'))).toEqual([])

  await using part = new BeelineProcess(
    [
      ...get,
      '--only',
      'tree/b',
      '--only',
      'tree/in/',
      '--only',
      'tree/small/7',
      '--only',
      'tree/small/empty',
    ],
    { home },
  )
  expect(await part.ending(), part.describe()).toEqual({ code: 0, signal: null })
  const wanted = ['b', 'in/c', 'in/d', 'small/7', 'small/empty']
  expect(filesIn(folder.at('got/tree'))).toEqual(wanted)
  const [original, copy] = [describeTree(folder.at('tree')), describeTree(folder.at('got/tree'))]
  for (const name of wanted) expect(copy.get(`./${name}`)).toBe(original.get(`./${name}`))
  expect(part.find('done')).toMatchObject({ totalBytes: 3 * (700 * KIB + 13) + 6, fileCount: 5 })

  await using rest = new BeelineProcess(get, { home })
  expect(await rest.ending(), rest.describe()).toEqual({ code: 0, signal: null })
  expect(rest.find('done')).toMatchObject({ resumedBytes: 3 * (700 * KIB + 13) + 6, fileCount: 306 })
  expect(compareFolders(folder.at('tree'), folder.at('got/tree'))).toEqual([])
})

test('an engine takes up, pauses, widens and forgets what it received', async () => {
  using folder = await TempFolder.create()
  makeTree(folder.at('tree'))
  await using sender = new BeelineProcess(['send', folder.at('tree'), '--listen', '127.0.0.1:0'], {
    home: folder.at('home-a'),
  })
  const link = await sender.link()
  const options = {
    dataDir: folder.at('home-b'),
    deviceName: 'receiver',
    network: { iceServers: [], routePolicy: 'automatic', bindAddress: '127.0.0.1' },
  } as const
  const signal = AbortSignal.timeout(60_000)
  const got = folder.at('got')
  {
    await using engine = await openEngine(options)
    const incoming = engine.open(link)
    await incoming.listed(signal)
    expect(incoming.folder('tree')?.entries.map(({ name }) => name)).toEqual(['in', 'small', 'a', 'b', 'z'])
    await incoming.accept({ destination: got, selection: { paths: ['tree/a'] } }, signal)
    await incoming.finished()
    const view = incoming.view()
    expect(view).toMatchObject({ isPartial: true, fileCount: 1, doneFiles: 1, state: 'seeding' })
    expect(view.finishedAtMs).not.toBe(null)
    expect(incoming.details().people).toMatchObject([{ isHere: true, receivedBytes: view.receivedBytes }])
    engine.remember(view.id, view, true)
    expect(() => engine.select(view.id, null)).toThrow(AppError)
    await incoming.stop()
    expect(engine.history()).toMatchObject([{ id: view.id, isToRun: true, view: { state: 'finished' } }])
    engine.select(view.id, { paths: ['tree/a', 'tree/in'] })
  }
  {
    // Another run of the program.
    await using engine = await openEngine(options)
    const [record] = engine.history()
    if (record === undefined) throw new Error('it was forgotten')
    expect(record).toMatchObject({ isToRun: true, view: { state: 'paused', fileCount: 3, doneFiles: 1 } })
    expect(engine.folder(record.id, 'tree').entries.map(({ name, wanted }) => [name, wanted])).toEqual([
      ['in', 'all'],
      ['small', 'none'],
      ['a', 'all'],
      ['b', 'none'],
      ['z', 'none'],
    ])
    const resumed = await engine.resume(record.id)
    expect(resumed.view().id).toBe(record.id)
    expect(await engine.resume(record.id)).toBe(resumed)
    await resumed.finished()
    expect(filesIn(`${got}/tree`)).toEqual(['a', 'in/c', 'in/d'])
    expect(resumed.view()).toMatchObject({ doneFiles: 3, resumedBytes: 700 * KIB + 13 })
    await resumed.stop()
    engine.select(record.id, null)
    engine.setLimits({
      upBytesPerSecond: null,
      downBytesPerSecond: 300 * KIB,
      upBytesPerSecondPerTransfer: null,
      downBytesPerSecondPerTransfer: null,
      connections: 4,
    })
    const slow = await engine.resume(record.id)
    const hasParts = (): boolean => filesIn(`${got}/tree`).some((name) => name.endsWith('.part'))
    await eventually('an unfinished file', hasParts)
    await slow.stop()
    const left = engine.history()[0]?.view
    expect(left).toMatchObject({ state: 'paused', isPartial: false })
    expect(hasParts()).toBe(true)
    await engine.forget(record.id, true)
    expect(engine.history()).toEqual([])
    const names = filesIn(`${got}/tree`)
    expect(names.filter((name) => name.endsWith('.part'))).toEqual([])
    expect(names).toEqual(expect.arrayContaining(['a', 'in/c', 'in/d']))
  }
})
