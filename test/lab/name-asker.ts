/** Asks its network for names: `node name-asker.ts name…`. Writes one line of JSON with what each stands for, in their order. */

import { resolveLocalName } from '#engine/connect/mdns/local-names.ts'

const signal = AbortSignal.timeout(10_000)
const startMs = performance.now()
const found = await Promise.all(process.argv.slice(2).map((name) => resolveLocalName(name, signal)))
const tookMs = Math.round(performance.now() - startMs)
console.log(JSON.stringify({ found: found.map((address) => address ?? null), tookMs }))
