/** What both ends of a TLS lane have in common. */

import type { SecureContextOptions } from 'node:tls'

/**
 * TLS 1.3 alone. AES-128-GCM first: where the processor has instructions for AES, and all but the smallest have, it is a
 * fifth faster than with 256 bits and twice as fast as ChaCha20. The last name is never agreed on below TLS 1.3 and is
 * there because an empty list of older suites is an error to some builds of the library.
 */
export const TLS_LANE_SETTINGS = {
  minVersion: 'TLSv1.3',
  ciphers: 'TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256',
} as const satisfies SecureContextOptions

/** Between calls that are refused, because the other side is not there yet, or has not opened the way through its router. Milliseconds. */
export const REFUSED_PAUSE_MS = 50

/** How long a TCP connection, the handshake and the token may take together: a LAN answers within milliseconds. */
export const TLS_OPEN_MS = 3000
