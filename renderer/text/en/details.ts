/** Words of one transfer looked at closely. */

export const details = {
  region: (title: string) => `Details of ${title}`,
  close: 'Close details',
  tabs: 'Details',
  connections: 'Connections',
  files: 'Files',
  overview: 'Overview',
  copyLink: 'Copy link',
  reveal: 'Open folder',
  progress: 'Progress',
  ofTotal: (done: string, total: string) => `${done} of ${total}`,
  left: (time: string) => `${time} left`,
  down: (rate: string) => `Down ${rate}`,
  up: (rate: string) => `Up ${rate}`,
  coordinatorOffline:
    'The coordinator cannot be reached: new devices cannot find this at the moment. Existing connections go on.',

  missing: {
    pieces: (count: number, text: string) => (count === 1 ? '1 piece' : `${text} pieces`),
    more: (count: number, text: string) => (count === 1 ? '1 more' : `${text} more`),
    sentence: (pieces: string, size: string, inFiles: string, names: string) =>
      `Nobody connected has ${pieces} (${size}) of ${inFiles}: ${names}. It goes on when somebody who has them comes back.`,
  },
  canLeave: 'The swarm now holds everything: you can close Beeline, and the others finish among themselves.',

  swarm: {
    you: 'This device',
    unnamed: 'Unnamed device',
    picture: (parts: string) => `Map of connections: this device and ${parts}.`,
    counted: {
      lan: (count: string) => `${count} on the same network`,
      direct: (count: string) => `${count} direct`,
      relayed: (count: string) => `${count} relayed`,
      connecting: (count: string) => `${count} connecting`,
      failed: (count: string) => `${count} not reached`,
    },
    more: (count: number, text: string) => (count === 1 ? 'and 1 more device' : `and ${text} more devices`),
    legend: 'Kinds of connections',
    legendLan: 'Same network',
    legendDirect: 'Direct',
    legendRelayed: 'Relayed',
  },

  peers: {
    list: 'Connected devices',
    connecting: 'Connecting…',
    failed: 'Not reached',
    has: (percent: string) => `has ${percent}`,
    hasAll: 'has everything',
    roundTrip: 'Round trip',
    roundTripIs: (time: string) => `Round trip ${time}`,
    received: (size: string) => `${size} received`,
    sent: (size: string) => `${size} sent`,
    show: (name: string) => `Technical details of ${name}`,
    lanes: (count: number, text: string) => (count === 1 ? '1 lane' : `${text} lanes`),
    lane: (text: string) => `Lane ${text}`,
    laneOpening: 'being opened',
    here: 'This side',
    there: 'Other side',
    protocol: 'Carried by',
    protocols: { udp: 'WebRTC over UDP', tcp: 'TCP', tls: 'TLS over TCP' },
    copyAddress: (address: string) => `Copy ${address}`,
    laneLeaving: 'Hands over to a better lane, and closes when nothing is under way on it.',
    betterRoute: {
      trying: 'A direct way is being tried right now; the transfer goes on meanwhile.',
      later: 'Beeline tries again later whether there is a direct way, and changes over without a pause.',
    },
    tls: {
      trying: 'A faster TLS connection is being tried beside it.',
      blocked: 'A faster TLS connection was tried, but a firewall lets no TCP through. It goes on as it is.',
    },
    /** What an address of ICE is, in words; the term stands beside it. */
    types: {
      host: 'own address',
      srflx: 'address that the router shows',
      prflx: 'address seen on the way',
      relay: 'address at the relay',
    },
  },

  route: {
    lan: 'On the same network.',
    direct: 'Direct: nobody stands in between.',
    relayed: 'Relayed by a server in between. It cannot read what it passes on.',
    unknown: 'Connected. The route is being looked at…',
    connecting: 'Trying every path: the network, both routers, the relays…',
    tls: {
      'same-device': 'LAN, TLS: another Beeline on this computer.',
      'same-network': 'LAN, TLS: on the same network, the bytes never leave it.',
      hairpin: 'Same router, TLS: it turns the packets round, and they go no further.',
      'public-address': 'Direct, TLS: one side can be reached from everywhere.',
      'port-mapped': 'Direct, TLS: a router has opened a port, because Beeline asked it to.',
      'hole-punched': 'Direct, TLS: both routers let each other’s packets in.',
    },
    reached: {
      'same-device': 'Another Beeline on this computer.',
      'same-network': 'On the same network: the bytes never leave it.',
      hairpin: 'Behind the same router, which turns the packets round: they go no further.',
      'public-address': 'Direct: one side can be reached from everywhere.',
      'port-mapped': 'Direct: a router has opened a port, because Beeline asked it to.',
      'hole-punched': 'Direct through both routers: they let each other’s packets in.',
    },
    /** Of the relays that the bytes go through. */
    via: {
      host: (host: string) => `through ${host}`,
      both: (host: string) => `through ${host} and a relay of the other side`,
      theirs: 'by the other side’s relay',
      somewhere: 'by a server in between',
    },
    because: (via: string, why: string) => `Relayed ${via}: ${why}.`,
    looking: (via: string) => `Relayed ${via} for now; still looking for a direct way.`,
    why: {
      'relay-only': 'you chose to hide your address',
      'relay-only-there': 'the other side chose to hide its address',
      'udp-blocked': 'your network lets no UDP out',
      'udp-blocked-there': 'the other side’s network lets no UDP out',
      'no-common-family': 'one side has only IPv4, the other only IPv6',
      'changing-ports':
        'your router uses another port for every destination, and theirs lets in only what it expects',
      'changing-ports-there':
        'their router uses another port for every destination, and yours lets in only what it expects',
      'changing-ports-both': 'your router and theirs both use another port for every destination',
      'no-direct-path': 'no direct path carried a packet',
    },
    /** What a person could do about it. */
    help: {
      udp: 'Another network, or a firewall that lets UDP out, would make it direct.',
      udpThere: 'It would become direct if their firewall let UDP out.',
      family: 'It would become direct if both sides had IPv6.',
      ports: 'IPv6 on both sides, or a router of yours that opens ports on request, would make it direct.',
      portsThere:
        'IPv6 on both sides, or a router of theirs that opens ports on request, would make it direct.',
    },
  },

  /** What a connection ran over so far. */
  history: {
    label: 'Routes so far',
    kinds: { lan: 'on the network', direct: 'direct', relayed: 'relayed' },
    lasted: (kind: string, time: string) => `${kind} for ${time}`,
    since: (kind: string) => `${kind} since then`,
    unchanged: (opened: string, kind: string) => `Open after ${opened}, ${kind} from the start.`,
    changed: (opened: string, stays: string) => `Open after ${opened}: ${stays}.`,
    changedOften: (opened: string, changes: string, stays: string) =>
      `Open after ${opened}, changed ${changes} times; lately ${stays}.`,
  },

  nobody: {
    offlineTitle: 'The coordinator cannot be reached',
    offline: 'It introduces devices to each other. Beeline keeps trying by itself.',
    connectingTitle: 'Asking the coordinator…',
    connecting: 'It introduces devices to each other.',
    preparingTitle: 'Getting ready',
    preparing: 'The link works as soon as the files were looked through.',
    sendTitle: 'Nobody is connected',
    send: 'Pass the link on. Whoever opens it appears here, with the route that the bytes take.',
    sendNetwork:
      'Pass the link on to somebody on your network. Whoever opens it appears here, with the route that the bytes take.',
    passTitle: 'Nobody needs it right now',
    pass: 'You have everything. Whoever still needs it can fetch it from you as well.',
    getTitle: 'Nobody who has the files is online',
    get: 'It goes on by itself as soon as somebody is. Ask the sender to open Beeline.',
    askTitle: 'Waiting for your answer',
    ask: 'Nothing is fetched before you agree.',
    queuedTitle: 'Waiting for its turn',
    queued: (position: string) =>
      `Number ${position} in the queue. It begins by itself as soon as another download is complete.`,
    pausedTitle: 'Paused',
    paused: 'No connections are made. What has arrived is kept.',
    stoppedTitle: 'Not shared at the moment',
    stopped: 'Nobody can fetch the files. The same link works again when you share again.',
    finishedTitle: 'Complete',
    finished: 'All files are here, and are not passed on any more.',
    failedTitle: 'It stopped',
  },

  tree: {
    loading: 'Loading…',
    empty: 'Empty folder',
    symlink: 'symbolic link',
    done: 'complete',
    unwanted: 'not wanted',
    priority: { low: 'low priority', high: 'high priority', mixed: 'different priorities' },
    failed: 'This folder could not be read. Click to try again.',
  },
  chooser: {
    label: 'Files',
    hint: 'Tick what you want. The rest is not fetched.',
    changed: (files: string, size: string) => `Wanted now: ${files}, ${size}`,
    changedUnknown: 'The choice has changed.',
    nothing: 'Choose at least one file.',
    inOrder: 'In order',
    inOrderHint: 'From the beginning on, to open a film while it comes.',
    priorityOf: (name: string) => `Priority of “${name}”`,
    mixed: 'Different',
    apply: 'Apply',
    discard: 'Discard',
    unlisted: 'The list of files has not come yet. It comes with the first device that has it.',
  },

  options: {
    title: 'Options',
    priority: 'Priority',
    priorities: { low: 'Low', normal: 'Normal', high: 'High' },
    priorityHint: 'Who begins first in the queue, and who gets more of a limit that transfers share.',
    seeding: 'When complete',
    seedings: {
      usual: 'As in the settings',
      forever: 'Pass on until I stop it',
      limited: 'Pass on until a limit',
    },
    ratioNow: (ratio: string) => `Passed on ${ratio} times so far.`,
    endsAt: (when: string) => `Until ${when}.`,
    reached: 'The limit was reached, so it is not passed on any more.',
  },
  rates: {
    title: 'Rate',
    down: 'Down',
    up: 'Up',
    ago: (time: string) => `${time} ago`,
    now: 'now',
    picture: (down: string, up: string, peak: string) =>
      `Rates of the last five minutes. Now ${down} down and ${up} up; at most ${peak}.`,
    none: 'Nothing moved in the last five minutes.',
  },
  pieces: {
    title: 'Pieces',
    here: 'here',
    partly: 'partly here',
    missing: 'missing',
    rare: 'missing, one device has it',
    nowhere: 'missing, nobody connected has it',
    only: 'nobody connected has it but you',
    count: (done: string, total: string) => `${done} of ${total} pieces`,
    picture: (percent: string, parts: string) => `Map of pieces: ${percent} here${parts}.`,
    cells: (count: number, text: string, what: string) =>
      count === 1 ? `, 1 field ${what}` : `, ${text} fields ${what}`,
  },
  people: {
    title: 'People',
    none: 'Nobody was here yet.',
    name: 'Device',
    has: 'Has',
    received: 'From them',
    sent: 'To them',
    isHere: 'connected',
    isGone: 'not connected',
  },
  facts: {
    title: 'About',
    link: 'Link',
    sender: 'From',
    own: 'You',
    unnamed: 'not named',
    added: 'Added',
    finished: 'Complete since',
    folder: 'Folder',
    size: 'Size',
    filesDone: (done: string, files: string) => `${done} of ${files} complete`,
    partial: 'part of what is offered',
    received: 'Received',
    sent: 'Sent',
    copies: 'Whole copies among the others',
    resumed: 'Found on disk, so not fetched',
    share: 'Share ID',
    copyShare: 'Copy share ID',
    coordinator: 'Coordinator',
    coordinatorIs: { connecting: 'connecting…', online: 'online', offline: 'cannot be reached' },
  },

  notices: {
    'left-out.special-file': (count: number, text: string, first: string) =>
      count === 1
        ? `“${first}” was left out: it is not an ordinary file.`
        : `${text} entries were left out, as “${first}”: they are not ordinary files.`,
    'left-out.outside-link': (count: number, text: string, first: string) =>
      count === 1
        ? `“${first}” was left out: it points out of what you share.`
        : `${text} links were left out, as “${first}”: they point out of what you share.`,
    'left-out.bad-name': (count: number, text: string, first: string) =>
      count === 1
        ? `“${first}” was left out: its name cannot be sent.`
        : `${text} entries were left out, as “${first}”: their names cannot be sent.`,
    'left-out.unreadable': (count: number, text: string, first: string) =>
      count === 1
        ? `“${first}” was left out: it cannot be read.`
        : `${text} entries were left out, as “${first}”: they cannot be read.`,
    'names-changed': (count: number, text: string, _first: string) =>
      count === 1
        ? 'One name was changed, because this disk cannot hold it.'
        : `${text} names were changed, because this disk cannot hold them.`,
    'servers-unused': (count: number, text: string, names: string) =>
      count === 1
        ? `One server stands by until another one fails: ${names}.`
        : `${text} servers stand by until another one fails: ${names}.`,
    'peer-banned': (_count: number, _text: string, advice: string) => `A device was shut out. ${advice}`,
  },
}
