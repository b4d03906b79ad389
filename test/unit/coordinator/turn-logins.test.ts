/** Logins that expire, and whose request it is behind a web server. */

import { createHmac } from 'node:crypto'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { forwardedAddress } from '#coordinator/forwarded-address.ts'
import { issueLogin, TURN_LOGIN_LIFE_MS } from '#coordinator/turn-logins.ts'

const TURN = { urls: ['turn:192.0.2.1:3478', 'turns:192.0.2.1:443'], secret: 'north of the wall' }

test('a login is good for its life and signed with the shared secret', () => {
  const nowMs = Date.UTC(2026, 0, 1)
  const { urls, username = '', credential } = issueLogin(TURN, nowMs)
  expect(urls).toEqual(TURN.urls)
  expect(username).toMatch(/^\d+:[0-9a-f]{16}$/)
  expect(Number(username.split(':')[0])).toBe((nowMs + TURN_LOGIN_LIFE_MS) / 1000)
  expect(credential).toBe(createHmac('sha1', TURN.secret).update(username).digest('base64'))
})

test('no two logins are the same', () => {
  const names = Array.from({ length: 100 }, () => issueLogin(TURN, 0).username)
  expect(new Set(names).size).toBe(100)
})

function requestFrom(remote: string, forwarded: string | string[] | undefined): IncomingMessage {
  const socket = new Socket()
  Object.defineProperty(socket, 'remoteAddress', { value: remote })
  const request = new IncomingMessage(socket)
  if (forwarded !== undefined) request.headers['x-forwarded-for'] = forwarded as string
  return request
}

test.each([
  ['no header', undefined, '127.0.0.1'],
  ['one address', '198.51.100.7', '198.51.100.7'],
  ['what the device claims, and what the web server saw', '10.9.8.7, 198.51.100.7', '198.51.100.7'],
  ['with a port', '198.51.100.7:5123', '198.51.100.7'],
  ['IPv6', '2001:db8::7', '2001:db8::7'],
  ['IPv6 in brackets', '[2001:db8::7]', '2001:db8::7'],
  ['IPv6 in brackets with a port', '[2001:db8::7]:443', '2001:db8::7'],
  ['two headers', ['10.9.8.7', '198.51.100.7'], '198.51.100.7'],
  ['a name', 'friend.example', '127.0.0.1'],
  ['nothing behind the last comma', '198.51.100.7,', '127.0.0.1'],
  ['an empty one', '', '127.0.0.1'],
])('behind a web server, %s', (_what, forwarded, expected) => {
  expect(forwardedAddress(requestFrom('127.0.0.1', forwarded))).toBe(expected)
})

test('what a device writes itself never counts for its address', () => {
  fc.assert(
    fc.property(fc.string(), (claimed) => {
      expect(forwardedAddress(requestFrom('127.0.0.1', `${claimed}, 198.51.100.7`))).toBe('198.51.100.7')
    }),
  )
})
