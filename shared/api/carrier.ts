/** A way for the contract's messages between a UI and the engine: memory, a WebSocket, Electron's IPC. Pure. */

export interface CarrierEvents {
  message(text: string): void
  /** Once, whoever closed it. Nothing arrives afterwards. */
  closed(): void
}

/** Messages arrive whole, in order, or not at all. Every implementation runs the conformance suite in test/. */
export interface Carrier {
  /** Silently nothing after the end: the other side may go away at any moment. */
  send(text: string): void
  /** Called once. What came before is delivered then. */
  attach(events: CarrierEvents): void
  /** Idempotent. */
  close(): void
}

/** What the desktop shell puts into its page as `window.beeline`: the carrier, and paths of dropped files. */
export interface DesktopBridge {
  /** Opens a connection to the engine. */
  connect(
    onMessage: (text: string) => void,
    onClosed: () => void,
  ): { send(text: string): void; close(): void }
  /** Where dropped or chosen `File` objects lie on the disk; those that lie nowhere are left out. */
  pathsOf(files: readonly unknown[]): string[]
}
