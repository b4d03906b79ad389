/** Stands in for the disk worker and ends at the first job. */

import { parentPort } from 'node:worker_threads'

parentPort?.once('message', () => process.exit(3))
