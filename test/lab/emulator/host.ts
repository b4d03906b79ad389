/** One end of an emulated line: programs run in its network namespace, and end with the test whatever happens to it. */

import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'

/** For programs that are not given a limit of their own. Milliseconds. */
const RUN_LIMIT_MS = 60_000

export interface Finished {
  /** Null when it was ended by a signal: at its limit, for instance. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export class Host {
  /** The IPv4 address at this end, as the other end reaches it. */
  readonly address: string
  readonly namespacePath: string
  readonly #enter: string
  readonly #children = new Set<ChildProcess>()

  constructor(options: { address: string; namespacePath: string; enter: string }) {
    this.address = options.address
    this.namespacePath = options.namespacePath
    this.#enter = options.enter
  }

  /** For programs that live longer, or are talked to. Ended when the emulator is. */
  spawn(program: string, argv: readonly string[], options: SpawnOptions = {}): ChildProcess {
    const child = spawn(this.#enter, [this.namespacePath, String(process.pid), program, ...argv], options)
    this.#children.add(child)
    child.once('exit', () => this.#children.delete(child))
    // Who started it sees the error too, at its own listener or in the exit that never comes.
    child.once('error', () => this.#children.delete(child))
    return child
  }

  /** Resolves when it has ended, in whatever way. */
  run(
    program: string,
    argv: readonly string[],
    options: { readonly limitMs?: number; readonly input?: string } = {},
  ): Promise<Finished> {
    const { promise, resolve, reject } = Promise.withResolvers<Finished>()
    const { limitMs = RUN_LIMIT_MS, input = '' } = options
    const child = this.spawn(program, argv, {
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: limitMs,
      killSignal: 'SIGKILL',
      env: { ...process.env, LC_ALL: 'C' },
    })
    let stdout = ''
    let stderr = ''
    child.stdout?.on('data', (data: Buffer) => (stdout += data.toString()))
    child.stderr?.on('data', (data: Buffer) => (stderr += data.toString()))
    // A program may end without having read everything.
    child.stdin?.on('error', () => undefined).end(input)
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
    return promise
  }

  /** The same; rejects with what the program said unless it ended well. */
  async succeed(
    program: string,
    argv: readonly string[],
    options: { readonly limitMs?: number; readonly input?: string } = {},
  ): Promise<string> {
    const { code, stdout, stderr } = await this.run(program, argv, options)
    if (code === 0) return stdout
    throw new Error(`${program} ${argv.join(' ')} ended with ${code}: ${stderr || stdout}`)
  }

  /** Ends what was started here. */
  end(): void {
    for (const child of this.#children) child.kill('SIGKILL')
  }
}
