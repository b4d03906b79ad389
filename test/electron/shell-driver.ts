/** What a spec can do with a running shell, whether it runs on the double or on Electron. */

export interface StartedShell extends AsyncDisposable {
  /** In the page, as an expression; a promise is waited for. */
  evaluate(expression: string): Promise<unknown>
  /** What the page says by `tellSpec(name, value)`. @returns unsubscribe */
  onTold(listener: (name: string, value: unknown) => void): () => void
  /** As if a person had chosen them in an `<input type="file">`. */
  setFiles(selector: string, paths: readonly string[]): Promise<void>
  reload(): Promise<void>
  windowState(): Promise<{ readonly isVisible: boolean; readonly url: string }>
  /** The person closes the window. */
  closeWindow(): Promise<void>
  /** Another start with the same profile. @returns its exit code */
  startAgain(args: readonly string[]): Promise<number | null>
  /** What the system reports to the program: `open-url`, `activate`. */
  emit(event: string, ...values: readonly unknown[]): Promise<void>
  quit(): Promise<void>
  /** Code at the end of the process. */
  readonly exited: Promise<number | null>
}

export interface ShellOptions {
  /** BEELINE_HOME; the caller's to remove. */
  readonly home: string
  readonly args?: readonly string[]
}

export type ShellLauncher = (options: ShellOptions) => Promise<StartedShell>
