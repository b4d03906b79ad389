/** Made-up settings, with a server of each kind and use. */

import type { IceServerId, SettingsView } from '#shared/api/settings-views.ts'

export const SETTINGS: SettingsView = {
  general: {
    downloadFolder: '/home/mina/Downloads',
    deviceName: 'Mina’s laptop',
    language: 'system',
    theme: 'system',
    startAtLogin: false,
    notifications: true,
    keepRunning: true,
    checkUpdates: false,
  },
  network: {
    coordinator: 'https://meet.example.org',
    routePolicy: 'automatic',
    portRange: null,
    portMapping: true,
    tlsLanes: true,
    proxy: null,
    maxLanes: 16,
    servers: [
      {
        id: 's1' as IceServerId,
        kind: 'stun',
        url: 'stun:stun.example.org:3478',
        username: '',
        hasPassword: false,
        isEnabled: true,
        use: 'used',
      },
      {
        id: 's2' as IceServerId,
        kind: 'turn',
        url: 'turn:turn.example.org:3478',
        username: 'mina',
        hasPassword: true,
        isEnabled: true,
        use: 'used',
      },
      {
        id: 's3' as IceServerId,
        kind: 'turn',
        url: 'turns:turn.example.org:443?transport=tcp',
        username: 'mina',
        hasPassword: true,
        isEnabled: true,
        use: 'spare',
      },
      {
        id: 's4' as IceServerId,
        kind: 'turn',
        url: 'turn:relay.example.net:3478',
        username: 'mina',
        hasPassword: true,
        isEnabled: false,
        use: 'off',
      },
    ],
  },
  limits: {
    upBytesPerSecond: null,
    downBytesPerSecond: null,
    upBytesPerSecondPerTransfer: null,
    downBytesPerSecondPerTransfer: null,
    connections: 12,
  },
  transfers: { downloadsAtOnce: 5, seedRatio: null, seedTimeMs: null },
}
