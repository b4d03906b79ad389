/** The common specs' driver for Electron itself, by Playwright. Needs the program and a display. */

import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { _electron, type ElectronApplication, type Page } from '@playwright/test'
import * as v from 'valibot'
import { chooseShell } from '#build/shell-choice.ts'
import type { ShellOptions, StartedShell } from './shell-driver.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')

const Told = v.tuple([v.string(), v.unknown()])

/** The program, or why it cannot be had. Looks at files only: importing the package would download it. */
export function findElectron(): { readonly program: string } | { readonly why: string } {
  const choice = chooseShell({
    platform: process.platform,
    environment: { ...process.env, BEELINE_SHELL: 'electron' },
    isRoot: process.getuid?.() === 0,
    root: ROOT,
    files: {
      exists: existsSync,
      read: (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined),
    },
  })
  return choice.shell === 'electron' ? { program: choice.program } : { why: choice.why }
}

export class ElectronShell implements StartedShell {
  readonly exited: Promise<number | null>
  readonly #app: ElectronApplication
  readonly #page: Page
  readonly #program: string
  /** Of the built program. */
  readonly #folder: string
  readonly #environment: Record<string, string>
  readonly #listeners = new Set<(name: string, value: unknown) => void>()

  private constructor(
    app: ElectronApplication,
    page: Page,
    program: string,
    folder: string,
    environment: Record<string, string>,
  ) {
    this.#app = app
    this.#page = page
    this.#program = program
    this.#folder = folder
    this.#environment = environment
    this.exited = new Promise((resolve) => app.process().once('exit', (code) => resolve(code)))
  }

  static async start(
    program: string,
    folder: string,
    { home, args = [] }: ShellOptions,
  ): Promise<ElectronShell> {
    const environment = {
      ...(process.env as Record<string, string>),
      BEELINE_HOME: home,
      BEELINE_BIND: '127.0.0.1',
    }
    const app = await _electron.launch({
      executablePath: program,
      args: [folder, ...args],
      cwd: ROOT,
      env: environment,
      // Else Playwright switches it off, and something that nobody runs is tried.
      chromiumSandbox: true,
    })
    const page = await app.firstWindow()
    const shell = new ElectronShell(app, page, program, folder, environment)
    await page.waitForLoadState('load')
    await page.exposeFunction('tellSpec', (...told: unknown[]) => shell.#tell(v.parse(Told, told)))
    return shell
  }

  evaluate(expression: string): Promise<unknown> {
    return this.#page.evaluate(expression)
  }

  onTold(listener: (name: string, value: unknown) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async setFiles(selector: string, paths: readonly string[]): Promise<void> {
    await this.#page.setInputFiles(selector, [...paths])
  }

  async reload(): Promise<void> {
    await this.#page.reload()
  }

  windowState(): Promise<{ isVisible: boolean; url: string }> {
    return this.#app.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows()
      return { isVisible: window?.isVisible() ?? false, url: window?.webContents.getURL() ?? '' }
    })
  }

  closeWindow(): Promise<void> {
    return this.#app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  }

  startAgain(args: readonly string[]): Promise<number | null> {
    const second = spawn(this.#program, [this.#folder, ...args], { env: this.#environment, stdio: 'ignore' })
    return new Promise((resolve, reject) => {
      second.once('error', reject)
      second.once('exit', (code) => resolve(code))
    })
  }

  emit(event: string, ...values: readonly unknown[]): Promise<void> {
    return this.#app.evaluate(
      ({ app }, [name, ...rest]) => {
        app.emit(String(name), { preventDefault() {} }, ...rest)
      },
      [event, ...values],
    )
  }

  async quit(): Promise<void> {
    // The answer may get lost in the end of the process.
    await this.#app.evaluate(({ app }) => app.quit()).catch(() => undefined)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.quit()
    const timer = setTimeout(() => this.#app.process().kill('SIGKILL'), 15_000)
    await this.exited
    clearTimeout(timer)
  }

  #tell([name, value]: v.InferOutput<typeof Told>): void {
    for (const listener of this.#listeners) listener(name, value)
  }
}
