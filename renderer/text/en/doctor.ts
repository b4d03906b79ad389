/** Words of the look at this device’s network: what was found, what it means, what to do. */

export const doctor = {
  title: 'Check this network',
  words: 'Finds out how friends can reach this device, and what stands in the way. Takes some seconds.',
  open: 'Check this network…',
  running: 'Looking at this network…',
  progress: (done: string, total: string) => `${done} of ${total} looked at`,
  stop: 'Stop',
  stopped: 'Stopped before everything was looked at.',
  again: 'Check again',
  findings: 'What was found',
  report: 'Report',
  reportWords: 'To pass on when asking for help. It holds no login, no server’s name and no whole address.',
  copyReport: 'Copy report',

  /** Read aloud in the place of the mark. */
  marks: {
    good: 'Good',
    fair: 'Fair',
    bad: 'Problem',
    running: 'Being looked at',
    none: 'Nothing to judge',
  },

  /** With and without a relay that works. */
  verdicts: {
    'direct-all': {
      relay: 'Direct to everybody whose network lets UDP through; the others are reached through a relay.',
      none: 'Direct to everybody whose network lets UDP through. The others cannot be reached: no relay works.',
    },
    'direct-most': {
      relay: 'Direct to most friends; through a relay to people on some mobile networks.',
      none: 'Direct to most friends. People on some mobile networks cannot be reached: no relay works.',
    },
    'direct-some': {
      relay: 'Direct to friends whose router lets everybody in; through a relay to the others.',
      none: 'Direct to friends whose router lets everybody in. The others cannot be reached: no relay works.',
    },
    /** The same for a device without IPv4. */
    'direct-ipv6': {
      relay: 'Direct to friends who have IPv6 as well; through a relay to the others.',
      none: 'Direct to friends who have IPv6 as well. The others cannot be reached: no relay works.',
    },
    relay: {
      relay: 'Through a relay to everybody.',
      none: 'Through a relay to everybody.',
    },
    lan: {
      relay: 'Only to devices on your own network.',
      none: 'Only to devices on your own network.',
    },
    nothing: {
      relay: 'To nobody at the moment.',
      none: 'To nobody at the moment.',
    },
  },
  /** What helps with the whole. */
  help: {
    relay: 'A TURN server would reach the others: add one under “STUN and TURN servers”.',
    coordinator: 'A coordinator would introduce friends elsewhere: name one in the settings.',
    reach: 'Without the coordinator nobody can be introduced. Look at its address and at your connection.',
  },

  checks: {
    coordinator: 'Coordinator',
    clock: 'Clock',
    ipv4: 'UDP over IPv4',
    ipv6: 'UDP over IPv6',
    nat: 'Router: ports',
    filtering: 'Router: who is let in',
    hairpin: 'Router: back inside',
    'port-mapping': 'Router: opens ports on request',
    stun: 'STUN server',
    turn: 'TURN server',
  },
  said: {
    running: 'Being looked at…',
    stopped: 'Not finished.',
    silent: 'Not found out: nothing comes back over UDP.',
    works: 'Works.',
  },
  /** What was not looked at. */
  skipped: {
    coordinator: 'None is set: this computer introduces devices itself, on its own network.',
    clock: 'Not compared: no coordinator told the time.',
    ipv4: 'Not tried: no server is known that would answer.',
    ipv6: 'Not tried: no server is known that would answer.',
    nat: 'Not found out: that takes two STUN servers, or one with two addresses.',
    filtering: 'Not found out: that takes a STUN server with two addresses.',
    hairpin: 'Not tried: nothing depends on it here.',
    'port-mapping': 'Not asked: it is of no use here.',
    stun: 'Not tried.',
    turn: 'Not tried: no relay is to be used.',
  },
  outcomes: {
    coordinator: { works: 'Answers.' },
    clock: {
      right: 'Right.',
      ahead: (time: string) => `${time} ahead.`,
      behind: (time: string) => `${time} behind.`,
      wrong: 'Wrong.',
    },
    ipv4: {
      works: 'Gets out and back.',
      seenAs: (address: string) => `Gets out and back; others see ${address}.`,
      'no-address': 'This device has no IPv4 address.',
      blocked: 'Nothing comes back: this network lets no UDP through.',
    },
    ipv6: {
      works: 'Gets out and back.',
      seenAs: (address: string) => `Gets out and back; others see ${address}.`,
      'no-address': 'This device has no IPv6 address.',
      blocked: 'Nothing comes back: this network lets no UDP through.',
    },
    nat: {
      public: 'None in between: the world sees this device’s own address.',
      endpoint: 'Keeps one port for every destination, so that friends can be reached directly.',
      step: 'Uses another port for every destination, in regular steps; Beeline foresees the next.',
      steps: (step: string) =>
        `Uses another port for every destination, in steps of ${step}; Beeline foresees the next.`,
      random: 'Uses another port for every destination, and none can be foreseen.',
    },
    filtering: {
      open: 'Everybody who knows the port.',
      address: 'Everybody at an address that something was sent to.',
      port: 'Only the very addresses and ports that something was sent to, as most routers do.',
    },
    hairpin: {
      works: 'Turns round what is sent to its own outside address.',
      absent: 'Does not turn round what is sent to its own outside address.',
    },
    'port-mapping': {
      works: 'Yes.',
      by: (protocol: string) => `Yes, by ${protocol}.`,
      absent: 'No answer to UPnP, NAT-PMP or PCP.',
      refused: 'It refuses.',
      second: 'It does, but another router stands between it and the world.',
      off: 'Not asked: switched off in the settings.',
    },
    stun: {
      works: 'Answers.',
      seenAs: (address: string) => `Answers; it sees ${address}.`,
    },
    turn: { works: 'Gives a relay address, and carries bytes.' },
  },
  advice: {
    clock: 'Set the clock: logins of relays that expire depend on it.',
    udp: 'A firewall, a VPN or this network stops UDP. Connections go through a relay over TCP or TLS meanwhile.',
    random:
      'Friends with a strict router are reached through a relay. IPv6, or a router that opens ports, would help.',
    mapping: 'If the router has UPnP or NAT-PMP, switch it on there: then most friends reach you directly.',
    second: 'Switch one of the two routers to bridge mode, or let the outer one open ports.',
    mappingOff: 'Switch on “Ask the router to open ports” if friends are reached through a relay only.',
  },
}
