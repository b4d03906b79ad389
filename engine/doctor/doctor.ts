/**
 * Looks at this device's network from every side that matters for reaching friends, and says what it means. Everything
 * runs side by side and in bounded time; nothing is left open, and nothing is changed.
 */

import os from 'node:os'
import type { DoctorView } from '#shared/api/doctor-views.ts'
import type { IceServer } from '#shared/protocol/coordinator-messages.ts'
import type { CoordinatorAddress } from '#shared/share/link.ts'
import { printCoordinatorUrl } from '../app/coordinator-url.ts'
import type { NetworkOptions } from '../engine.ts'
import { VERSION } from '../version.ts'
import { askCoordinator, clocksAgree } from './coordinator-examination.ts'
import { addedServers, examinedServers, type ExaminedServer } from './examined-servers.ts'
import { Findings, type Result } from './findings.ts'
import { examineNetwork, NETWORK_CHECKS } from './network-examination.ts'
import { examinePortMapping } from './port-mapping-examination.ts'
import { reportOf } from './report.ts'
import { examineServer } from './server-examination.ts'
import { hasWorkingRelay, verdictOf } from './verdict.ts'

export interface DoctorOptions {
  /** Undefined: this computer introduces the devices itself. */
  readonly coordinator: CoordinatorAddress | undefined
  readonly network: NetworkOptions
  /** Certificates of authorities that TURN servers may have instead of the system's, PEM: tests. */
  readonly turnCa?: string
}

/** Each check has a shorter limit of its own; this is for what nobody has thought of. Milliseconds. */
const RUN_LIMIT_MS = 16_000

/** Resolves when the last view, with verdict and report, was told. Rejects only with the signal's reason. */
export async function runDoctor(
  options: DoctorOptions,
  onView: (view: DoctorView) => void,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  const { routePolicy: policy } = options.network
  const findings = new Findings(() => {
    if (signal.aborted) return
    onView({ findings: list(), verdict: null, hasRelay: hasWorkingRelay(list(), policy), report: null })
  })
  const list = (): DoctorView['findings'] => findings.list
  const limit = AbortSignal.timeout(RUN_LIMIT_MS)
  const examination = new Examination(options, findings, AbortSignal.any([signal, limit]))
  const ended = await examination.run()
  signal.throwIfAborted()
  const failure = ended.find((result) => result.status === 'rejected')
  if (failure !== undefined && !limit.aborted) throw failure.reason
  findings.conclude()
  const verdict = verdictOf(list(), policy)
  const hasRelay = hasWorkingRelay(list(), policy)
  const report = reportOf({ about: aboutLines(options), findings: list(), verdict, hasRelay })
  onView({ findings: list(), verdict, hasRelay, report })
}

class Examination {
  readonly #options: DoctorOptions
  readonly #findings: Findings
  readonly #signal: AbortSignal

  constructor(options: DoctorOptions, findings: Findings, signal: AbortSignal) {
    this.#options = options
    this.#findings = findings
    this.#signal = signal
  }

  /** Resolves when everything has ended, whatever became of it. */
  run(): Promise<PromiseSettledResult<unknown>[]> {
    const { network } = this.#options
    const own = examinedServers(network.iceServers)
    const coordinators = this.#examineCoordinator()
    const rows = NETWORK_CHECKS.map((check) => this.#findings.begin(check))
    const mapping = this.#findings.begin('port-mapping')
    const all = coordinators.then((servers) => {
      const added = addedServers(servers, own)
      const locations = [...own, ...added].flatMap(({ location }) => location ?? [])
      const options = { bindAddress: network.bindAddress }
      return Promise.allSettled([
        ...this.#examineServers(added),
        examineNetwork(locations, options, rows, this.#signal),
      ])
    })
    // A router cannot lead to one address of this device alone, and whoever hides has no use for an open port.
    const isUseful = network.bindAddress === undefined && network.routePolicy !== 'relay'
    const wish = network.portMapping === true ? (isUseful ? 'on' : 'of-no-use') : 'off'
    return Promise.allSettled([
      ...this.#examineServers(own),
      mapping.run(() => examinePortMapping(wish, this.#signal), this.#signal),
      all.then((results) => {
        const failure = results.find((result) => result.status === 'rejected')
        if (failure !== undefined) throw failure.reason
      }),
    ])
  }

  /** @returns the servers that it gives to whoever joins */
  async #examineCoordinator(): Promise<readonly IceServer[]> {
    const { coordinator, network } = this.#options
    const subject = coordinator === undefined ? null : printCoordinatorUrl(coordinator)
    const row = this.#findings.begin('coordinator', subject)
    const clock = this.#findings.begin('clock')
    let servers: readonly IceServer[] = []
    let clockResult: Result = { outcome: 'skipped' }
    await row.run(async () => {
      if (coordinator === undefined) return { outcome: 'skipped' }
      const answer = await askCoordinator(coordinator, network.proxy, this.#signal)
      servers = answer.iceServers
      if (answer.aheadS !== undefined) {
        clockResult = {
          outcome: clocksAgree(answer.aheadS) ? 'right' : 'wrong',
          detail: String(answer.aheadS),
        }
      }
      return { outcome: 'works' }
    }, this.#signal)
    clock.settle(clockResult)
    return servers
  }

  #examineServers(servers: readonly ExaminedServer[]): Promise<void>[] {
    const { turnCa, network } = this.#options
    const options = { proxy: network.proxy, ...(turnCa === undefined ? {} : { ca: turnCa }) }
    return servers.map((server) => {
      const row = this.#findings.begin(server.kind, server.subject)
      // A person who wants no relay need not wait for one.
      const isUnused = server.kind === 'turn' && network.routePolicy === 'direct'
      return row.run(
        async () => (isUnused ? { outcome: 'skipped' } : await examineServer(server, this.#signal, options)),
        this.#signal,
      )
    })
  }
}

/** Of the program, the system and the settings: nothing that names a person, a computer or a server. */
function aboutLines({ coordinator, network }: DoctorOptions): string[] {
  const { electron } = process.versions
  const shell = electron === undefined ? '' : `, Electron ${electron}`
  const { iceServers, routePolicy, portMapping, portRange, proxy } = network
  const settings = [
    `routes ${routePolicy}`,
    `coordinator ${coordinator === undefined ? 'own' : 'set'}`,
    `own servers ${iceServers.length}`,
    `port mapping ${portMapping === true ? 'on' : 'off'}`,
    `port range ${portRange === undefined ? 'any' : 'set'}`,
    `proxy ${proxy === undefined ? 'none set' : 'set'}`,
  ]
  return [
    `Beeline ${VERSION}, ${os.platform()} ${os.release().split('-')[0] ?? ''} ${os.arch()}, Node ${process.versions.node}${shell}`,
    `at ${new Date().toISOString().slice(0, 16)}Z`,
    settings.join(', '),
  ]
}
