/** The disk workers: what one of them dying means for the jobs, and for those after it. */

import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import type { DiskJob, ReadJob } from '#engine/store/disk-jobs.ts'
import { DiskPool } from '#engine/store/disk-pool.ts'
import { toAppError } from '#shared/errors.ts'
import { tempFolder } from './temp-folder.ts'

function readJob(file: string): ReadJob {
  const segment = { paths: [file], fileOffset: 0, pieceOffset: 0, length: 7, stamp: undefined, isPart: false }
  return {
    kind: 'read',
    bytes: new Uint8Array(new SharedArrayBuffer(16), 0, 7),
    index: 0,
    segments: [segment],
    hash: undefined,
    privateKey: undefined,
  }
}

test('many jobs at once are all answered, in the memory that was shared', async () => {
  const file = path.join(tempFolder(), 'file')
  writeFileSync(file, 'content')
  await using pool = new DiskPool(2)
  const jobs = Array.from({ length: 50 }, () => readJob(file))
  await Promise.all(jobs.map((job) => pool.run(job)))
  expect(jobs.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(jobs.map(() => 'content'))
})

test('what a worker throws comes back with its code', async () => {
  await using pool = new DiskPool(1)
  await expect(pool.run(readJob('/nowhere/file'))).rejects.toMatchObject({ code: 'source.changed' })
  await expect(pool.run({ kind: 'walk', paths: ['/nowhere'] })).rejects.toMatchObject({
    code: 'source.not-found',
  })
})

test('a worker that dies fails its jobs, and is replaced: the next job is not lost', async () => {
  await using pool = new DiskPool(1, new URL('./failing-worker.ts', import.meta.url))
  const job: DiskJob = { kind: 'walk', paths: [] }
  // Each of these would wait for ever if it were given to a worker that has ended.
  for (let i = 0; i < 3; i++) await expect(pool.run(job)).rejects.toMatchObject({ code: 'internal' })
})

test('jobs after the end are refused, and those under way are stopped', async () => {
  const pool = new DiskPool(1)
  const running = pool.run({ kind: 'walk', paths: ['/usr/lib'] }).then(
    () => 'done',
    (error: unknown) => toAppError(error).code,
  )
  await pool.close()
  await pool.close()
  expect(['done', 'transfer.stopped']).toContain(await running)
  await expect(pool.run({ kind: 'walk', paths: ['/'] })).rejects.toMatchObject({ code: 'transfer.stopped' })
})

test('threads are started when a job is near, and once', async () => {
  const started = path.join(tempFolder(), 'started')
  writeFileSync(started, '')
  const program = `import { appendFileSync } from 'node:fs'; appendFileSync(${JSON.stringify(started)}, 'x'); setInterval(() => 0, 1000)`
  await using pool = new DiskPool(2, new URL(`data:text/javascript,${encodeURIComponent(program)}`))
  await sleep(100)
  expect(readFileSync(started, 'utf8')).toBe('')
  pool.prepare()
  pool.prepare()
  await vi.waitFor(() => expect(readFileSync(started, 'utf8')).toBe('xx'), 5000)
  await sleep(100)
  expect(readFileSync(started, 'utf8')).toBe('xx')
})
