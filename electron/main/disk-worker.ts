/** Entry of the engine's disk workers under Electron. */

import './without-asar.ts'
import '#engine/store/disk-worker.ts'
