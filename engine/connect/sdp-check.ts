/**
 * Session descriptions and candidates from strangers, checked before the native library sees them: what it dislikes
 * it may answer by ending the process. Pure.
 */

import { isIP } from 'node:net'
import { AppError } from '#shared/errors.ts'

/** An SDP of one data-channel section has some twenty lines. */
const MAX_LINES = 64
const MAX_LINE_LENGTH = 512

/** Attribute lines that an offer or answer of ours, or of a browser's data channel, has. Others are left out. */
const ATTRIBUTES: readonly RegExp[] = [
  /^group:BUNDLE [\w-]{1,16}$/,
  /^msid-semantic: ?WMS ?\*?$/,
  /^ice-options:[\w ,-]{1,64}$/,
  /^fingerprint:sha-256 (?:[0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}$/,
  /^mid:[\w-]{1,16}$/,
  /^sendrecv$/,
  /^sctp-port:\d{1,5}$/,
  /^max-message-size:\d{1,10}$/,
  /^setup:(?:actpass|active|passive)$/,
  /^ice-ufrag:[A-Za-z0-9+/]{4,256}$/,
  /^ice-pwd:[A-Za-z0-9+/]{22,256}$/,
]
const REQUIRED = ['fingerprint:', 'setup:', 'ice-ufrag:', 'ice-pwd:', 'mid:']
const OTHER_LINES: readonly RegExp[] = [
  /^v=0$/,
  // Firefox: `mozilla...THIS_IS_SDPARTA-99.0`
  /^o=[\w.-]{1,64} \d{1,20} \d{1,20} IN IP[46] [0-9a-fA-F.:]{2,45}$/,
  /^s=[ -]$/,
  /^t=0 0$/,
  /^m=application \d{1,5} UDP\/DTLS\/SCTP webrtc-datachannel$/,
  /^c=IN IP[46] [0-9a-fA-F.:]{2,45}$/,
]

/** Throws AppError `peer.protocol`. @returns the description with only lines that are known to be harmless */
export function checkDescription(sdp: string): string {
  const bad = (detail: string): AppError =>
    new AppError('peer.protocol', { detail: `description: ${detail}` })
  const lines = sdp.split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  if (lines.length > MAX_LINES) throw bad('too many lines')
  const kept: string[] = []
  for (const line of lines) {
    if (line.length > MAX_LINE_LENGTH) throw bad('a line is too long')
    if (line.startsWith('a=')) {
      // Candidates come one by one, checked on their own.
      if (ATTRIBUTES.some((pattern) => pattern.test(line.slice(2)))) kept.push(line)
    } else if (OTHER_LINES.some((pattern) => pattern.test(line))) kept.push(line)
    else throw bad('a line of an unknown kind')
  }
  if (kept.filter((line) => line.startsWith('m=')).length !== 1) throw bad('not exactly one section')
  for (const name of REQUIRED) {
    if (kept.filter((line) => line.startsWith(`a=${name}`)).length !== 1)
      throw bad(`not exactly one ${name.slice(0, -1)}`)
  }
  if (!kept[0]?.startsWith('v=0')) throw bad('no version')
  return kept.join('\r\n') + '\r\n'
}

export interface CandidateFacts {
  readonly text: string
  readonly type: 'host' | 'srflx' | 'prflx' | 'relay'
  readonly address: string
  readonly port: number
}

/** A candidate line (RFC 8839 §5.1), UDP, with or without `a=`; extensions are dropped. Throws AppError `peer.protocol`. */
export function checkCandidate(line: string): CandidateFacts {
  const match =
    /^(?:a=)?candidate:([A-Za-z0-9+/]{1,32}) ([1-9]) (UDP|udp) (\d{1,10}) ([0-9A-Za-z.:-]{2,64}) (\d{1,5}) typ (host|srflx|prflx|relay)(?: .*)?$/.exec(
      line,
    )
  const [, foundation, component, , priority, address, port, type] = match ?? []
  if (address === undefined || (isIP(address) === 0 && !/^[0-9a-f-]{36}\.local$/.test(address))) {
    throw new AppError('peer.protocol', { detail: 'candidate cannot be read' })
  }
  const isPriority = Number(priority) >= 1 && Number(priority) <= 2 ** 31 - 1
  if (!isPriority || Number(port) < 1 || Number(port) > 65_535) {
    throw new AppError('peer.protocol', { detail: 'candidate out of range' })
  }
  const kind = type === 'host' || type === 'srflx' || type === 'prflx' ? type : 'relay'
  // The related address, which the agent has no use for, and extensions are left out.
  const text = `candidate:${foundation} ${component} UDP ${priority} ${address} ${port} typ ${kind}`
  return { text, type: kind, address, port: Number(port) }
}

/** The answerer's choice (RFC 5763 §5), made by what it believes to have been offered. See offerer-hold.ts. */
export function letOffererBegin(sdp: string): string {
  return sdp.replace('a=setup:actpass', 'a=setup:active')
}

/** The own description, to be told: candidates travel on their own, or a relay-only side would leak others inside it. */
export function withoutCandidates(sdp: string): string {
  return sdp
    .split('\r\n')
    .filter((line) => !/^a=(?:candidate|end-of-candidates)/.test(line))
    .join('\r\n')
}
