/** A tree with everything that is awkward in it, from one real process to another. */

import { mkdirSync, symlinkSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as v from 'valibot'
import { BeelineProcess } from './harness/beeline-process.ts'
import { TempFolder } from './harness/temp-folder.ts'
import { seededRandom, type SeededRandom } from './harness/seeded-random.ts'
import { describeTree, differencesOf, setModified, writeFile, writeRandomFile } from './harness/trees.ts'

const MIB = 1024 * 1024
const ODD_NAMES = [
  '한국어 이름.txt',
  'ملف عربي.txt',
  '👩‍👩‍👧‍👦🐝.txt',
  'é as NFC'.normalize('NFC'),
  'é as NFC'.normalize('NFD'),
  '  spaces around  ',
  '-leading-dash',
  '--help',
  'new\nline',
  'tab\tand\rreturn',
  'back\\slash',
  `single ' and double " quotes`,
  '$HOME `id` ; & | * ?',
  'CON',
  'aux.txt',
  'ends with a dot.',
  '...',
  '.hidden',
  'case',
  'CASE',
  'n'.repeat(255),
  '한'.repeat(85),
  'x',
  'x.part',
  'x.part.part',
  '\u202egnp.exe',
  '\u0007bell',
  '\ufeffbom',
]

function makeTree(root: string, random: SeededRandom): void {
  for (let i = 0; i < 5000; i++) {
    const folder = `${root}/many/${i % 7}/${i % 61}/${i % 3}`
    writeFile(`${folder}/file-${i}`, `${i} `.repeat(random.below(random.below(10) === 0 ? 9000 : 300)))
  }
  writeRandomFile(`${root}/large.bin`, 300 * MIB)
  for (const name of ODD_NAMES) {
    writeFile(`${root}/odd/${name}`, `content of ${name}`)
    writeFile(`${root}/odd folders/${name}/inside`, name)
  }
  for (let i = 0; i < 20; i++) writeFile(`${root}/empty files/${i}`, '', i % 2 === 0 ? 0o755 : 0o644)
  mkdirSync(`${root}/empty folders/a/b`, { recursive: true })
  mkdirSync(`${root}/empty folders/c`)
  writeFile(`${root}/bin/tool`, '#!/bin/sh\necho hello\n', 0o755)
  // Larger than a piece, so that it is finished by another way.
  writeRandomFile(`${root}/bin/large tool`, 3 * MIB)
  writeFile(`${root}/bin/large tool`, new Uint8Array(3 * MIB).fill(7), 0o755)
  makeLinks(root)
  setModified(`${root}/bin/tool`, Date.UTC(1965, 0, 2, 3, 4, 5, 678))
  setModified(`${root}/large.bin`, Date.UTC(1965, 5, 7))
  setModified(`${root}/odd/x`, 0)
  setModified(`${root}/odd/x.part`, -1)
  setModified(`${root}/odd/CASE`, Date.UTC(2040, 11, 31, 23, 59, 59, 999))
  setModified(`${root}/empty files/1`, Date.UTC(1965, 1, 1))
  for (let i = 0; i < 1000; i++) {
    setModified(`${root}/many/${i % 7}/${i % 61}/${i % 3}/file-${i}`, random.below(2_000_000_000) * 1000 + i)
  }
}

function makeLinks(root: string): void {
  mkdirSync(`${root}/links/deep`, { recursive: true })
  symlinkSync('../bin/tool', `${root}/links/to a file`)
  symlinkSync('../../many', `${root}/links/deep/to a folder`)
  symlinkSync('nowhere', `${root}/links/dangling`)
  symlinkSync('../../odd/new\nline', `${root}/links/deep/odd`)
  symlinkSync('/etc/passwd', `${root}/links/outside, absolute`)
  symlinkSync('../../../etc', `${root}/links/outside, relative`)
}

const LEFT_OUT = ['./links/outside, absolute', './links/outside, relative']

test('a tree of 5,000 files, a large one and everything odd arrives identical, and links that lead out are left out', async () => {
  using folder = await TempFolder.create()
  const random = seededRandom()
  makeTree(folder.at('tree'), random)
  const original = describeTree(folder.at('tree'))

  await using sender = new BeelineProcess(['send', folder.at('tree'), '--listen', '127.0.0.1:0'], {
    home: folder.at('home-a'),
  })
  await using receiver = new BeelineProcess(['get', await sender.link(), '--to', folder.at('got'), '--yes'], {
    home: folder.at('home-b'),
  })
  expect(await receiver.ending(), receiver.describe()).toEqual({ code: 0, signal: null })

  const expected = new Map(original)
  for (const name of LEFT_OUT) expected.delete(name)
  expect(expected.size).toBe(original.size - LEFT_OUT.length)
  expect(differencesOf(expected, describeTree(folder.at('got/tree'))), `seed ${random.seed}`).toEqual([])
  expect([...describeTree(folder.at('got')).keys()].filter((name) => /^\.\/[^/]*$/.test(name))).toEqual([
    './tree',
  ])

  const notices = sender.events.filter((event) => event.event === 'notice').map((event) => event['text'])
  expect(notices).toEqual([expect.stringMatching(/^2 left out \(symbolic links that lead out/)])
  // Nothing was changed on the side of the sender.
  expect(differencesOf(original, describeTree(folder.at('tree')))).toEqual([])
  const done = v.parse(
    v.looseObject({ receivedBytes: v.number(), totalBytes: v.number() }),
    receiver.find('done'),
  )
  expect(done.receivedBytes).toBe(done.totalBytes)
})

test('a single file arrives under its own name', async () => {
  using folder = await TempFolder.create()
  const file = folder.at('one file, 3 pieces.bin')
  writeRandomFile(file, 700_000)
  setModified(file, Date.UTC(1999, 11, 31, 23, 59, 59, 999))
  await using sender = new BeelineProcess(['send', file, '--listen', '127.0.0.1:0'], { home: folder.at('a') })
  const link = await sender.link()
  for (const [name, home] of [
    ['one file, 3 pieces.bin', 'b'],
    // What is there already is never replaced.
    ['one file, 3 pieces (2).bin', 'c'],
  ] as const) {
    await using receiver = new BeelineProcess(['get', link, '--to', folder.at('got'), '--yes'], {
      home: folder.at(home),
    })
    expect(await receiver.ending(), receiver.describe()).toEqual({ code: 0, signal: null })
    expect(describeTree(folder.at('got', name))).toEqual(describeTree(file))
  }
  expect(describeTree(folder.at('got')).size).toBe(3)
})

test('a share of nothing but empty files and folders arrives', async () => {
  using folder = await TempFolder.create()
  writeFile(folder.at('hollow/empty file'), '')
  mkdirSync(folder.at('hollow/empty folder'))
  setModified(folder.at('hollow/empty file'), Date.UTC(1980, 0, 1))
  await using sender = new BeelineProcess(['send', folder.at('hollow'), '--listen', '127.0.0.1:0'], {
    home: folder.at('a'),
  })
  await using receiver = new BeelineProcess(['get', await sender.link(), '--to', folder.at('got'), '--yes'], {
    home: folder.at('b'),
  })
  expect(await receiver.ending(), receiver.describe()).toEqual({ code: 0, signal: null })
  expect(differencesOf(describeTree(folder.at('hollow')), describeTree(folder.at('got/hollow')))).toEqual([])
})
