/** Thread entry: answers disk jobs one after the other. */

import { setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { join } from 'node:path'
import { toAppError, unreachable } from '#shared/errors.ts'
import type { DiskJob, JobReply, JobRequest, JobResults } from './disk-jobs.ts'
import { checkPiece, closePart, closeUnder, readPiece, writePiece } from './piece-io.ts'
import { finish, place, reopen, sizes } from './place.ts'
import { removeParts } from './remove-parts.ts'
import { forgetFolders } from './safe-folders.ts'
import { walk } from './walk.ts'

const port = parentPort
if (port === null) throw new Error('disk-worker runs in a worker thread only')

/**
 * Below the threads that keep the network going: those need a core at once and for a moment, or the other side waits.
 * Measured with two busy cores, four runs each: 99 to 116 MiB/s instead of 91 to 100. Nice value.
 */
const PRIORITY = 10
// Only Linux has priorities for single threads; elsewhere this would slow the whole program down.
if (process.platform === 'linux') setPriority(PRIORITY)

// Electron takes every file named `….asar` for a folder, and somebody may send one. What this thread needs of its own
// program is loaded by now.
if ('electron' in process.versions) Object.assign(process, { noAsar: true })

port.on('message', (request: JobRequest) => {
  let reply: JobReply
  try {
    const value = run(request.job)
    reply = { id: request.id, isOk: true, value }
  } catch (error) {
    const known = toAppError(error)
    reply = { id: request.id, isOk: false, code: known.code, detail: known.detail ?? '' }
  }
  port.postMessage(reply)
})

function run(job: DiskJob): JobResults[keyof JobResults] {
  switch (job.kind) {
    case 'walk':
      return walk(job.paths)
    case 'read':
      return readPiece(job)
    case 'write':
      return writePiece(job)
    case 'check':
      return checkPiece(job)
    case 'finish':
      closePart(join(job.root, job.part))
      return finish(job)
    case 'reopen':
      closePart(join(job.root, job.part))
      closePart(join(job.root, job.final))
      return reopen(job)
    case 'remove':
      for (const part of job.parts) closePart(join(job.root, part))
      return removeParts(job)
    case 'place':
      return place(job)
    case 'sizes':
      return sizes(job)
    case 'release':
      forgetFolders()
      for (const path of job.under) closeUnder(path)
      return null
    default:
      return unreachable(job)
  }
}
