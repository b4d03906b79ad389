/** How the native library's SCTP behaves. Once for the whole process, before the first connection. */

import nodeDataChannel from 'node-datachannel'

/**
 * After how long a packet is acknowledged by which no other comes, milliseconds; every second one is at once. The library
 * looks every 10 ms, so this means 0 to 10. Its own 20 ruin a steady line: its retransmission timer runs on while
 * acknowledgements come (usrsctp, `sctp_express_handle_sack`), and then takes every packet for lost that is older than round
 * trip and variation, without the least time-out of RFC 9260 (`sctp_mark_all_for_resend`). On a line whose round
 * trip varies by less than 3 ms those are the packets whose acknowledgement waits. Zero, which acknowledges each
 * packet at once, doubles what goes back: 100 Mbit/s then need 7.5 the other way, more than many homes have.
 * Figures in docs/decisions/0047.
 */
const DELAYED_SACK_MS = 1

let isApplied = false

export function applySctpProfile(): void {
  if (isApplied) return
  isApplied = true
  nodeDataChannel.setSctpSettings({ delayedSackTime: DELAYED_SACK_MS })
  // Threads and tables that the first connection would have to wait for.
  nodeDataChannel.preload()
}
