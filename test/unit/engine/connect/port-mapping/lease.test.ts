import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Lease, LEASE_S } from '#engine/connect/port-mapping/lease.ts'
import type { MapOutcome, MapRequest, Mapping, Router } from '#engine/connect/port-mapping/router.ts'

const MAPPING: Mapping = {
  localPort: 41_000,
  externalAddress: '203.0.113.9',
  externalPort: 5555,
  lifetimeS: LEASE_S,
}

class FakeRouter implements Router {
  readonly protocol = 'pcp'
  readonly maps: MapRequest[] = []
  readonly unmaps: Mapping[] = []
  outcome: MapOutcome = { kind: 'mapped', mapping: MAPPING }

  map(request: MapRequest): Promise<MapOutcome> {
    this.maps.push(request)
    return Promise.resolve(this.outcome)
  }

  unmap(mapping: Mapping): Promise<void> {
    this.unmaps.push(mapping)
    return Promise.resolve()
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

test('a lease is renewed at half its time, under the same outside port, until it is given back', async () => {
  const router = new FakeRouter()
  const ends: boolean[] = []
  const lease = new Lease(router, MAPPING, (isLost) => ends.push(isLost))
  await vi.advanceTimersByTimeAsync((LEASE_S / 2) * 1000 - 1)
  expect(router.maps).toHaveLength(0)
  await vi.advanceTimersByTimeAsync(LEASE_S * 1000)
  expect(router.maps).toHaveLength(2)
  expect(router.maps[0]).toEqual({ localPort: 41_000, wantedPort: 5555, lifetimeS: LEASE_S })
  await Promise.all([lease[Symbol.asyncDispose](), lease[Symbol.asyncDispose]()])
  expect(router.unmaps).toEqual([MAPPING])
  expect(ends).toEqual([false])
  await vi.advanceTimersByTimeAsync(LEASE_S * 3000)
  expect(router.maps).toHaveLength(2)
})

test('a lease tells the new outside address when the router has got another', async () => {
  const router = new FakeRouter()
  await using lease = new Lease(router, MAPPING, () => undefined)
  router.outcome = {
    kind: 'mapped',
    mapping: { ...MAPPING, externalAddress: '203.0.113.10', externalPort: 6 },
  }
  await vi.advanceTimersByTimeAsync(LEASE_S * 500)
  expect(lease).toMatchObject({ address: '203.0.113.10', port: 6 })
})

test('a router that grants a moment is not asked every moment', async () => {
  const router = new FakeRouter()
  router.outcome = { kind: 'mapped', mapping: { ...MAPPING, lifetimeS: 1 } }
  await using _lease = new Lease(router, { ...MAPPING, lifetimeS: 1 }, () => undefined)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(router.maps.length).toBeLessThan(6)
})

test('a router that promises a year is asked as early as any other', async () => {
  const router = new FakeRouter()
  await using _lease = new Lease(router, { ...MAPPING, lifetimeS: 2 ** 32 - 1 }, () => undefined)
  await vi.advanceTimersByTimeAsync(LEASE_S * 1000)
  expect(router.maps.length).toBeGreaterThan(0)
})

test('a lease that the router does not renew is tried again, and lost at its end', async () => {
  const router = new FakeRouter()
  router.outcome = { kind: 'silent' }
  const ends: boolean[] = []
  const _lease = new Lease(router, MAPPING, (isLost) => ends.push(isLost))
  await vi.advanceTimersByTimeAsync(LEASE_S * 900)
  expect(router.maps.length).toBeGreaterThan(2)
  expect(ends).toEqual([])
  await vi.advanceTimersByTimeAsync(LEASE_S * 300)
  expect(ends).toEqual([true])
  const asked = router.maps.length
  await vi.advanceTimersByTimeAsync(LEASE_S * 3000)
  expect(router.maps).toHaveLength(asked)
})
