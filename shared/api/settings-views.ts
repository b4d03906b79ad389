/** Settings as a UI sees and changes them. Passwords go in and never come out. Pure. */

import * as v from 'valibot'
import { MAX_LANES_PER_PEER } from '../swarm/lane-limits.ts'

const Text = (longest: number) => v.pipe(v.string(), v.maxLength(longest))
const Limit = v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(1)))

export const IceServerId = v.pipe(v.string(), v.regex(/^[0-9a-z]{1,32}$/), v.brand('IceServerId'))
export type IceServerId = v.InferOutput<typeof IceServerId>

/** A server as a person types it. The engine reads the URL and refuses what it cannot use: `relay.*`. */
export const IceServerDraft = v.object({
  /** `stun:host[:port]`, `turn:host[:port][?transport=udp|tcp]` or `turns:host[:port]`. */
  url: Text(512),
  username: Text(512),
  /** Left out: as it was. */
  password: v.optional(Text(512)),
})
export type IceServerDraft = v.InferOutput<typeof IceServerDraft>

export const IceServerView = v.object({
  id: IceServerId,
  kind: v.picklist(['stun', 'turn']),
  url: v.string(),
  username: v.string(),
  hasPassword: v.boolean(),
  isEnabled: v.boolean(),
  /** `spare`: enabled, and used as soon as an earlier one fails: the ICE library takes few at a time. */
  use: v.picklist(['used', 'spare', 'off']),
})
export type IceServerView = v.InferOutput<typeof IceServerView>

export const RoutePolicy = v.picklist(['automatic', 'direct', 'relay'])
export type RoutePolicy = v.InferOutput<typeof RoutePolicy>
export const Theme = v.picklist(['system', 'light', 'dark'])
export type Theme = v.InferOutput<typeof Theme>
export const Language = v.picklist(['system', 'en', 'ko'])
export type Language = v.InferOutput<typeof Language>

const Port = v.pipe(v.number(), v.safeInteger(), v.minValue(1024), v.maxValue(65_535))
const PortRange = v.nullable(
  v.pipe(
    v.object({ from: Port, to: Port }),
    v.check(({ from, to }) => from <= to, 'the first port is after the last'),
  ),
)

export const GeneralSettings = v.object({
  downloadFolder: Text(4096),
  /** What others see; empty: nothing. */
  deviceName: Text(100),
  language: Language,
  theme: Theme,
  startAtLogin: v.boolean(),
  notifications: v.boolean(),
  /** Closing the window leaves transfers running in the tray. */
  keepRunning: v.boolean(),
  checkUpdates: v.boolean(),
})
export type GeneralSettings = v.InferOutput<typeof GeneralSettings>

export const NetworkSettings = v.object({
  /** Null: this computer introduces the devices itself, which works on its own network. */
  coordinator: v.nullable(Text(512)),
  routePolicy: RoutePolicy,
  /** Of UDP sockets; null: whatever the system gives. */
  portRange: PortRange,
  /** Asks the router to open ports (UPnP-IGD, NAT-PMP, PCP). */
  portMapping: v.boolean(),
  /** TLS connections beside the data channels to devices in the same network. */
  tlsLanes: v.boolean(),
  /** `http://host:port` for what runs over TCP; null: as the environment says (HTTPS_PROXY, NO_PROXY). No login in it. */
  proxy: v.nullable(Text(512)),
  /** Connections side by side to one device, at most; transfers that begin later take it. */
  maxLanes: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(MAX_LANES_PER_PEER)),
})
export type NetworkSettings = v.InferOutput<typeof NetworkSettings>

/** Bytes per second; null: no limit. */
export const LimitSettings = v.object({
  upBytesPerSecond: Limit,
  downBytesPerSecond: Limit,
  upBytesPerSecondPerTransfer: Limit,
  downBytesPerSecondPerTransfer: Limit,
  /** Connections per transfer. */
  connections: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(64)),
})
export type LimitSettings = v.InferOutput<typeof LimitSettings>

/** Below it a limit would be reached before anybody had come: who wants nothing passed on stops it. */
export const MIN_SEED_RATIO = 0.01
export const MAX_SEED_RATIO = 10_000
export const MIN_SEED_TIME_MS = 1000

export const TransferSettings = v.object({
  /** Transfers that are received at a time, others wait; 0: no limit. Passing on does not count. */
  downloadsAtOnce: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(1000)),
  /** What is complete is passed on until that; null: until the person says so. Bytes sent over bytes received. */
  seedRatio: v.nullable(v.pipe(v.number(), v.minValue(MIN_SEED_RATIO), v.maxValue(MAX_SEED_RATIO))),
  /** The same as a time, milliseconds. */
  seedTimeMs: v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(MIN_SEED_TIME_MS))),
})
export type TransferSettings = v.InferOutput<typeof TransferSettings>

export const SettingsView = v.object({
  general: GeneralSettings,
  network: v.object({ ...NetworkSettings.entries, servers: v.array(IceServerView) }),
  limits: LimitSettings,
  transfers: TransferSettings,
})
export type SettingsView = v.InferOutput<typeof SettingsView>

/** Only what is to change. */
export const SettingsChange = v.object({
  general: v.optional(v.partial(GeneralSettings)),
  network: v.optional(v.partial(NetworkSettings)),
  limits: v.optional(v.partial(LimitSettings)),
  transfers: v.optional(v.partial(TransferSettings)),
})
export type SettingsChange = v.InferOutput<typeof SettingsChange>

/**
 * - `resolve`: the name's address; `connect`: TCP, and TLS where it is asked for; `answer`: a STUN server's;
 * - `allocate`: the relay gave an address; `relay`: bytes went through it and came back
 */
export const ServerTestStep = v.picklist(['resolve', 'connect', 'answer', 'allocate', 'relay'])
export type ServerTestStep = v.InferOutput<typeof ServerTestStep>

export const ServerTestView = v.object({
  state: v.picklist(['running', 'passed', 'failed']),
  /** Finished ones in order, each with its time. */
  steps: v.array(v.object({ step: ServerTestStep, tookMs: v.number() })),
  /** The step that runs or has failed. */
  current: v.nullable(ServerTestStep),
  /** `turn.*` or `relay.*`; null unless it failed. */
  error: v.nullable(v.object({ code: v.string(), detail: v.nullable(v.string()) })),
  /** The relay's or, for STUN, the own public address. */
  address: v.nullable(v.string()),
  /** Through the relay and back, milliseconds. */
  roundTripMs: v.nullable(v.number()),
})
export type ServerTestView = v.InferOutput<typeof ServerTestView>
