/** Tries a STUN or TURN server as a connection would use it, and reports each step: the settings' “Test” button. */

import type { ServerTestStep, ServerTestView } from '#shared/api/settings-views.ts'
import { AppError, toAppError } from '#shared/errors.ts'
import { parseServer } from '../ice-url.ts'
import { chooseProxy } from '../proxy/proxy-choice.ts'
import { Allocation } from './allocation.ts'
import { measureRelay } from './relay-echo.ts'
import { resolveHost } from './resolve-host.ts'
import { ATTRIBUTE, METHOD } from './stun-message.ts'
import { addressOf, type Endpoint } from './stun-values.ts'
import { TurnClient, type TurnClientOptions } from './turn-client.ts'

export interface TestedServer {
  readonly kind: 'stun' | 'turn'
  readonly url: string
  readonly username: string
  readonly password: string
}

export interface ServerTestOptions {
  /** Certificates of authorities to trust instead of the system's, PEM. */
  readonly ca?: string
  /** The person's HTTP proxy; undefined: as the environment says. */
  readonly proxy?: string | undefined
}

/**
 * Resolves when the test is over, passed or failed: the last view says which. Rejects only with the signal's reason.
 * Either way nothing is left open.
 */
export async function testServer(
  server: TestedServer,
  onView: (view: ServerTestView) => void,
  signal: AbortSignal,
  options: ServerTestOptions = {},
): Promise<void> {
  const report = new Report(onView)
  try {
    await (server.kind === 'stun'
      ? testStun(server, report, signal)
      : testTurn(server, report, signal, options))
  } catch (error) {
    signal.throwIfAborted()
    report.fail(toAppError(error))
  }
}

async function testStun(server: TestedServer, report: Report, signal: AbortSignal): Promise<void> {
  const { host, port } = parseServer(server)
  const address = await report.step('resolve', () => resolveHost(host, signal))
  const mapped = await report.step('answer', async () => {
    using client = await TurnClient.open(
      { server: { kind: 'udp', host, address, port }, credentials: undefined },
      signal,
    )
    const answer = await client.request(METHOD.binding, () => [], signal)
    const found = addressOf(answer, ATTRIBUTE.xorMappedAddress)
    if (found === undefined) throw new AppError('turn.protocol', { detail: 'the answer has no address' })
    return found
  })
  report.pass(mapped)
}

async function testTurn(
  server: TestedServer,
  report: Report,
  signal: AbortSignal,
  { ca, proxy: configured }: ServerTestOptions,
): Promise<void> {
  const { host, port, transport, iceServer } = parseServer(server)
  const proxy =
    transport === 'udp' ? undefined : chooseProxy(configured, { host, port, isPlainHttp: false }, process.env)
  // The proxy looks up the name itself; perhaps nobody else can.
  const address = proxy === undefined ? await report.step('resolve', () => resolveHost(host, signal)) : host
  const inbox = { onData: (_from: Endpoint, _bytes: Uint8Array): void => undefined }
  const options: TurnClientOptions = {
    server: { kind: transport, host, address, port },
    credentials: { username: iceServer.username ?? '', password: iceServer.credential ?? '' },
    ca,
    proxy,
  }
  const ownOptions: TurnClientOptions = { ...options, onData: (from, bytes) => inbox.onData(from, bytes) }
  // Over UDP there is nothing to connect, so nothing to tell of either.
  const open = (): Promise<TurnClient> => TurnClient.open(ownOptions, signal)
  const client = await (transport === 'udp' ? open() : report.step('connect', open))
  await using allocation = await report.step('allocate', () => Allocation.request(client, signal))
  report.note(allocation.relayed)
  const roundTripMs = await report.step('relay', () => measureRelay(allocation, inbox, options, signal))
  report.pass(allocation.relayed, roundTripMs)
}

/** Keeps the view, and tells each change of it. */
class Report {
  readonly #onView: (view: ServerTestView) => void
  #view: ServerTestView = {
    state: 'running',
    steps: [],
    current: null,
    error: null,
    address: null,
    roundTripMs: null,
  }

  constructor(onView: (view: ServerTestView) => void) {
    this.#onView = onView
  }

  async step<Result>(step: ServerTestStep, act: () => Promise<Result>): Promise<Result> {
    this.#change({ current: step })
    const startedMs = performance.now()
    const result = await act()
    const tookMs = performance.now() - startedMs
    this.#view = { ...this.#view, current: null, steps: [...this.#view.steps, { step, tookMs }] }
    return result
  }

  note({ address }: Endpoint): void {
    this.#view = { ...this.#view, address }
  }

  pass({ address }: Endpoint, roundTripMs: number | null = null): void {
    this.#change({ state: 'passed', address, roundTripMs })
  }

  fail({ code, detail }: AppError): void {
    this.#change({ state: 'failed', error: { code, detail: detail ?? null } })
  }

  #change(change: Partial<ServerTestView>): void {
    this.#view = { ...this.#view, ...change }
    this.#onView(this.#view)
  }
}
