/** The commands, in the order in which the help lists them. A new one is one entry here. */

import type { Command } from './command.ts'
import { coordinatorCommand } from './coordinator.ts'
import { demoCommand } from './demo/demo.ts'
import { doctorCommand } from './doctor.ts'
import { getCommand } from './get.ts'
import { sendCommand } from './send.ts'
import { serveCommand } from './serve/serve.ts'

export const COMMANDS: readonly Command[] = [
  sendCommand,
  getCommand,
  serveCommand,
  coordinatorCommand,
  doctorCommand,
  demoCommand,
]
