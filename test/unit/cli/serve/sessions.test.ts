/** Who may use the engine through a browser. */

import { expect, test } from 'vitest'
import { Sessions, type Login } from '#cli/serve/sessions.ts'

const PASSWORD = 'correct horse'

function open(password?: string): { sessions: Sessions; clock: { nowMs: number } } {
  const clock = { nowMs: 1000 }
  return { sessions: new Sessions({ password, now: () => clock.nowMs }), clock }
}

/** What a browser sends back. */
function cookieOf(login: Login): string {
  if (login.status !== 204) throw new Error(`not logged in: ${login.status}`)
  return login.cookie.split(';')[0] ?? ''
}

test('without a cookie a token is needed, and a wrong one is none', () => {
  const { sessions } = open()
  sessions.newToken()
  for (const body of [{ token: '' }, { token: 'x' }, { token: 'A'.repeat(43) }]) {
    expect(sessions.login(body, 'a', false)).toEqual({ status: 401 })
  }
  expect([sessions.state(undefined), sessions.isOpen('beeline=')]).toEqual(['token', false])
})

test('a token lets in once', () => {
  const { sessions } = open()
  const token = sessions.newToken()
  const cookie = cookieOf(sessions.login({ token }, 'a', false))
  expect(sessions.login({ token }, 'a', false)).toEqual({ status: 401 })
  expect(sessions.state(`other=1; ${cookie}; more=2`)).toBe('open')
})

test('before there is a token, none is right', () => {
  expect(open().sessions.login({ token: '' }, 'a', false)).toEqual({ status: 401 })
})

test('a new token ends the one before, and no session', () => {
  const { sessions } = open()
  const cookie = cookieOf(sessions.login({ token: sessions.newToken() }, 'a', false))
  const old = sessions.newToken()
  const token = sessions.newToken()
  expect(sessions.login({ token: old }, 'a', false)).toEqual({ status: 401 })
  expect([sessions.login({ token }, 'a', false).status, sessions.isOpen(cookie)]).toEqual([204, true])
})

test('the cookie is out of reach for scripts and other sites, and of TLS where there is TLS', () => {
  const { sessions } = open()
  sessions.namePort(8788)
  const plain = sessions.login({ token: sessions.newToken() }, 'a', false)
  expect(plain).toMatchObject({
    cookie: expect.stringMatching(
      /^beeline-8788=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/; Max-Age=\d+$/,
    ),
  })
  const tls = sessions.login({ token: sessions.newToken() }, 'a', true)
  expect(tls).toMatchObject({ cookie: expect.stringContaining('; Secure') })
})

test('the cookie of a server on another port is none of ours', () => {
  const { sessions } = open()
  sessions.namePort(8788)
  const cookie = cookieOf(sessions.login({ token: sessions.newToken() }, 'a', false))
  expect(sessions.isOpen(cookie.replace('8788', '8789'))).toBe(false)
})

test.each([
  ['nothing', undefined],
  ['a text', 'token'],
  ['both', { token: 'x', password: 'x' }],
  ['neither', {}],
  ['another type', { token: 1 }],
  ['too much', { password: 'x'.repeat(1001) }],
])('%s is no login', (_what, body) => {
  expect(open(PASSWORD).sessions.login(body, 'a', false)).toEqual({ status: 400 })
})

test('with a password, only it lets in, as often as it is needed', () => {
  const { sessions } = open(PASSWORD)
  expect(sessions.state(undefined)).toBe('password')
  expect(sessions.login({ password: `${PASSWORD} ` }, 'a', false)).toEqual({ status: 401 })
  const first = cookieOf(sessions.login({ password: PASSWORD }, 'a', false))
  const second = cookieOf(sessions.login({ password: PASSWORD }, 'a', false))
  expect([sessions.isOpen(first), sessions.isOpen(second), first === second]).toEqual([true, true, false])
})

test('without one, no password lets in', () => {
  expect(open().sessions.login({ password: '' }, 'a', false)).toEqual({ status: 401 })
})

test('who guesses is made to wait, the right guess too', () => {
  const { sessions, clock } = open(PASSWORD)
  const tries = Array.from({ length: 7 }, () => sessions.login({ password: 'wrong' }, 'a', false).status)
  expect(tries).toEqual([401, 401, 401, 401, 401, 429, 429])
  expect(sessions.login({ password: PASSWORD }, 'a', false)).toEqual({ status: 429, retryAfterS: 10 })
  expect(sessions.login({ password: PASSWORD }, 'b', false).status).toBe(204)
  clock.nowMs += 10_000
  expect(sessions.login({ password: PASSWORD }, 'a', false).status).toBe(204)
})

test('many addresses are no way around', () => {
  const { sessions } = open(PASSWORD)
  const statuses = Array.from({ length: 3000 }, (_, i) =>
    sessions.login({ password: 'wrong' }, String(i), false),
  ).map(({ status }) => status)
  expect(statuses.filter((status) => status === 401)).toHaveLength(20)
})

test('browsers without end are forgotten, the oldest first', () => {
  const { sessions } = open()
  const cookies = Array.from({ length: 65 }, () =>
    cookieOf(sessions.login({ token: sessions.newToken() }, 'a', false)),
  )
  expect(cookies.map((cookie) => sessions.isOpen(cookie)).filter((isOpen) => isOpen)).toHaveLength(64)
  expect(sessions.isOpen(cookies[0])).toBe(false)
})
