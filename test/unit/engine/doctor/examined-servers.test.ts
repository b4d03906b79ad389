/** Which servers an examination tries. */

import { expect, test } from 'vitest'
import { addedServers, examinedServers } from '#engine/doctor/examined-servers.ts'

const login = { username: 'anna', credential: 'secret' }

test('each server is tried once, with its address in one form', () => {
  const own = examinedServers([
    { urls: ['stun:A.example', 'stun:a.example:3478'] },
    { urls: ['turn:a.example', 'turn:a.example:443?transport=tcp', 'turns:a.example'], ...login },
  ])
  expect(own.map(({ kind, subject }) => [kind, subject])).toEqual([
    ['stun', 'stun:a.example:3478'],
    ['turn', 'turn:a.example:3478?transport=udp'],
    ['turn', 'turn:a.example:443?transport=tcp'],
    ['turn', 'turns:a.example:5349?transport=tcp'],
  ])
  expect(addedServers([{ urls: ['turn:a.example:3478'], ...login }], own)).toEqual([])
  // Another login is another thing to try.
  expect(addedServers([{ urls: ['turn:a.example'], username: 'otto', credential: 'x' }], own)).toHaveLength(1)
})

test('what cannot be used is told, without what may be a login', () => {
  const servers = examinedServers([
    { urls: ['turn:anna:secret@a.example:3478', 'stuns:a.example', 'secret', 'turn:a.example'] },
  ])
  expect(servers.map(({ kind, subject, problem }) => [kind, subject, problem?.code])).toEqual([
    ['turn', 'turn:…', 'relay.bad-url'],
    ['stun', 'stuns:…', 'relay.unsupported'],
    ['stun', '…', 'relay.bad-url'],
  ])
  expect(JSON.stringify(servers.map(({ subject }) => subject))).not.toContain('secret')
})

test('a coordinator cannot make its devices knock at many doors', () => {
  const urls = Array.from({ length: 100 }, (_, i) => `stun:host${i}.example`)
  expect(addedServers([{ urls }], [])).toHaveLength(8)
  expect(examinedServers([{ urls }])).toHaveLength(100)
})
