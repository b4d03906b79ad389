/** Words of the settings and of the page that asks for a login. */

import type { ServerTestStep } from '#shared/api/settings-views.ts'

export const settings = {
  sections: { general: 'General', network: 'Network', limits: 'Limits', about: 'About' },
  saved: 'Saved',

  downloadFolder: 'Download folder',
  downloadFolderHint: 'Where received files are put unless you choose another folder.',
  deviceName: 'Name of this device',
  deviceNameHint: 'What others see beside their connection to you. May be empty.',
  language: 'Language',
  languageSystem: 'As the system',
  theme: 'Appearance',
  themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
  notifications: 'Notifications',
  notificationsHint: 'When something is offered, has arrived or failed while the window is not in front.',
  startAtLogin: 'Start when I log in',
  keepRunning: 'Keep running when the window is closed',
  keepRunningHint: 'Transfers go on, and a picture in the tray brings the window back.',
  checkUpdates: 'Look for updates',
  checkUpdatesHint: 'Asks the update server once a day. Nothing is installed without you.',

  coordinator: 'Coordinator',
  coordinatorWords:
    'It introduces devices to each other. It sees neither names nor content nor addresses: everything is sealed with the link’s key.',
  coordinatorAddress: 'Address',
  coordinatorPlaceholder: 'https://meet.example.org',
  coordinatorEmpty: 'Empty: this computer introduces devices itself, which works within your own network.',
  coordinatorFull: 'New links name this coordinator; they work wherever it can be reached.',
  test: 'Test',
  testing: 'Testing…',
  answersIn: (time: string) => `Answers in ${time}.`,

  route: 'How devices connect',
  routes: {
    automatic: 'Automatic',
    automaticWords: 'Directly wherever possible, through a relay otherwise. The window always says which.',
    direct: 'Direct only',
    directWords: 'Never through a relay. Where no direct way exists, the connection fails.',
    relay: 'Relay only',
    relayWords: 'Hides your address from the other devices. Needs a TURN server; usually slower.',
  },
  relayMissing: 'No TURN server is switched on, so nobody can be reached. Add one below.',

  servers: 'STUN and TURN servers',
  serversWords:
    'STUN tells a device its public address. TURN passes on sealed packets when no direct way is found. The first in the list are used; the others step in when one of them fails.',
  serversNone: 'None yet. Devices on one network need none, and a coordinator may bring its own.',
  addServer: 'Add server',
  testAll: 'Test all',
  use: { used: 'In use', spare: 'Spare', off: 'Off' },
  useHint: {
    used: 'Asked for each new connection.',
    spare: 'Steps in when an earlier one fails.',
  },
  isOn: (url: string) => `Use ${url}`,
  moveUp: 'Move up',
  moveDown: 'Move down',
  user: 'User name',
  password: 'Password',
  passwordKept: 'Unchanged',
  passwordSystem: 'Kept in the key store of your system.',
  passwordFile: 'Kept in a file that only your user account can read.',
  url: 'Address',
  urlHint: 'stun:host:3478 · turn:host:3478 · turn:host:3478?transport=tcp · turns:host:443',
  newServer: 'New server',
  editServer: 'Edit server',
  removeServer: 'Remove this server?',
  removeServerWords: (url: string) => `${url} and its password are forgotten.`,

  steps: {
    resolve: 'Name found',
    connect: 'Connected',
    answer: 'Answered',
    allocate: 'Relay address given',
    relay: 'Bytes went through the relay',
  } satisfies Record<ServerTestStep, string>,
  stepsRunning: {
    resolve: 'Looking up the name…',
    connect: 'Connecting…',
    answer: 'Waiting for an answer…',
    allocate: 'Asking for a relay address…',
    relay: 'Sending bytes through the relay…',
  } satisfies Record<ServerTestStep, string>,
  passed: 'Works.',
  relayAddress: (address: string) => `Relay address ${address}`,
  publicAddress: (address: string) => `Your public address is ${address}`,
  roundTrip: (time: string) => `${time} there and back`,
  failed: 'Does not work.',

  router: 'Router',
  portMapping: 'Ask the router to open ports',
  portMappingHint:
    'By UPnP, NAT-PMP or PCP, so that more friends reach you directly. The ports are given back when Beeline ends.',

  tls: 'TLS connections',
  tlsLanes: 'TLS too, where TCP gets through',
  tlsLanesHint:
    'Beside the usual connection, and faster: on the same network, and through most routers. A port may be open for seconds, while a transfer begins.',

  lanes: 'Connections side by side',
  lanesLabel: 'To one device, at most',
  lanesHint:
    'Over far or lossy lines several connections carry more than one. Beeline opens as many as help; 1 leaves the most room to others. Transfers that begin later take it.',

  proxy: 'HTTP proxy',
  proxyWords:
    'For networks that let programs out through a proxy only: it carries the way to the coordinator and to relays over TCP and TLS.',
  proxyAddress: 'Proxy',
  proxyPlaceholder: 'http://proxy.example.org:3128',
  proxyEmpty: 'Empty: as the system says (HTTPS_PROXY and NO_PROXY of the environment).',
  proxyFull: 'Used in the place of what the system says. A login cannot be part of it.',

  ports: 'UDP ports',
  portsWords: 'Only for a firewall that opens certain ports. Otherwise leave it empty.',
  portFrom: 'First port',
  portTo: 'Last port',
  portsBoth: 'Give both ports, the first not after the last, between 1024 and 65535.',

  limitsWords: 'Empty means no limit. Limits work at once, also for what is running.',
  limitAll: 'All transfers together',
  limitEach: 'Each transfer',
  down: 'Download',
  up: 'Upload',
  noLimit: 'No limit',
  connections: 'Connections per transfer',
  connectionsHint: 'To how many devices one transfer talks at a time.',
  queue: 'Queue',
  downloadsAtOnce: 'Downloads at a time',
  downloadsAtOnceHint:
    'The others wait for their turn. 0: all at once. What is only passed on does not count.',
  seeding: 'Passing on what is complete',
  seedingWords:
    'Whoever has the files helps the next one. Empty: until you stop it; with both, whichever comes first.',
  seedRatio: 'Times as much as received',
  seedHours: 'Hours',
  noSeedLimit: 'No limit',
  unit: 'Unit',
  badLimit: 'A number above zero, or nothing.',

  version: (version: string) => `Version ${version}`,
  aboutWords:
    'Beeline sends files straight to friends. Bytes go from device to device, encrypted end to end; several receivers feed each other; a relay only helps where no direct way exists.',
  licence:
    'Free software under the MIT licence. Made with node-datachannel, libjuice, SQLite, Electron and React, among others.',
  checkNow: 'Look for updates now',
  updates: {
    available: (version: string) => `Version ${version} is there.`,
    downloading: (version: string) => `Version ${version} is being downloaded…`,
    ready: (version: string) => `Version ${version} is ready.`,
    failed: 'The update could not be fetched.',
  },
  download: 'Download',
  install: 'Install and start again',

  login: 'Open Beeline',
  loginPassword: 'This Beeline asks for its password.',
  loginToken: 'Open the address that Beeline has printed in the terminal. Press Enter there for a fresh one.',
  loginPaste: 'Or paste it here',
  loginGo: 'Open',
  loginWrong: 'That is not it.',
  loginTooMany: 'Too many tries. Wait a minute.',
}
