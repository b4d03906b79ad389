/**
 * The packed app for every target, made by the real recipe around stand-ins for Electron: what is in the archive, what
 * lies beside it, and what was written into the program. Whether the result starts can only be seen on those systems.
 */

import {
  extractFile,
  getRawHeader,
  listPackage,
  statFile,
  type DirectoryRecord,
  type FileRecord,
} from '@electron/asar'
import { FuseState, FuseV1Options, FuseVersion, getCurrentFuseWire } from '@electron/fuses'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { NtExecutable, NtExecutableResource } from 'resedit'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RUNTIME_DEPENDENCIES } from '#build/stage.ts'
import { nativeFiles, TARGETS, type Target } from '#build/targets.ts'
import { importedModules } from './imported-modules.ts'
import { nativeTarget } from './native-file.ts'
import { packableTargets, packWithStandIn, type PackedApp } from './packed-app.ts'
import { DebianPackage } from './packager-stand-in.ts'

/** Electron's list for sandboxed preloads; anything else fails when the window opens. */
const PRELOAD_MODULES = ['electron', 'electron/common', 'electron/renderer', 'events', 'timers', 'url']
const APP_ID = 'org.example.Beeline'
const RECIPE = readFileSync(join(import.meta.dirname, '../../build/electron-builder.yml'), 'utf8')
/** The WebSocket library tries them, and does without. */
const TRIED_MODULES = ['bufferutil', 'utf-8-validate']

const packed = new Map<Target, Promise<PackedApp>>()

/** Each target is packed once, however many look into it. */
function packedOnce(target: Target): Promise<PackedApp> {
  const app = packed.get(target) ?? packWithStandIn(target)
  packed.set(target, app)
  return app
}

afterAll(async () => {
  for (const app of await Promise.allSettled(packed.values())) {
    if (app.status === 'fulfilled') await app.value[Symbol.asyncDispose]()
  }
})

describe.each(packableTargets)('$name', (target) => {
  let app: PackedApp
  let files: string[]
  /** Paths with slashes, as the archive stores them. */
  const text = (path: string): string => extractFile(app.archive, path).toString('utf8')

  beforeAll(async () => {
    app = await packedOnce(target)
    files = listPackage(app.archive, { isPack: false }).map((path) =>
      path.replaceAll('\\', '/').replace(/^\//, ''),
    )
  })

  test('holds the shell, the preload, the page and the icons that the shell shows', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'package.json',
        'out/main/index.js',
        'out/preload/index.cjs',
        'out/renderer/index.html',
        'build/tray/trayTemplate.png',
        'build/tray/trayTemplate@2x.png',
        'build/tray/tray.png',
        'build/tray/tray.ico',
        'build/icons/256.png',
      ]),
    )
  })

  test('holds nothing but that and the packages needed at run time', () => {
    const top = new Set(files.map((path) => path.split('/')[0]))
    expect(top).toEqual(new Set(['build', 'node_modules', 'out', 'package.json']))
    const built = new Set(files.flatMap((path) => /^out\/([^/]+)/.exec(path)?.[1] ?? []))
    expect(built).toEqual(new Set(['main', 'preload', 'renderer']))
    const unwanted = files.filter((path) =>
      /\.(ts|tsx|mts|cts|map|h|hpp|c|cc|cpp|gyp|gypi|md|o|a|lib|tsbuildinfo)$|(^|\/)\.|\/tests?\/|(better-sqlite3|node-datachannel)\/(src|deps)|node_modules\/(electron|react|vite)(\/|$)/.test(
        path,
      ),
    )
    expect(unwanted).toEqual([])
  })

  test('brings exactly the two native files of this system, outside of the archive', () => {
    const natives = files.filter((path) => /\.(node|dll|so|dylib)$/.test(path))
    expect(natives.sort()).toEqual(nativeFiles(target).sort())
    for (const path of natives) {
      expect(statFile(app.archive, path)).toMatchObject({ unpacked: true })
      const file = readFileSync(join(app.resources, 'app.asar.unpacked', path))
      expect([path, nativeTarget(file)]).toEqual([path, target.name])
      // By Node-API alone: an import of V8's or Node's own functions would bind it to one version of Electron.
      expect(file.includes('napi_create_function')).toBe(true)
      expect(['_ZN2v8', '@v8@@'].filter((mangled) => file.includes(mangled))).toEqual([])
    }
  })

  test('every file is the one its header vouches for', () => {
    const broken = [...fileRecords(getRawHeader(app.archive).header)].filter(([path, record]) => {
      const content = record.unpacked
        ? readFileSync(join(app.resources, 'app.asar.unpacked', path))
        : extractFile(app.archive, path)
      return createHash('sha256').update(content).digest('hex') !== record.integrity.hash
    })
    expect(broken.map(([path]) => path)).toEqual([])
  })

  test('package.json starts the shell, says who it is and asks for nothing of the tools', () => {
    const own: unknown = JSON.parse(text('package.json'))
    expect(own).toMatchObject({
      name: 'beeline',
      productName: 'Beeline',
      type: 'module',
      main: 'out/main/index.js',
      desktopName: 'org.example.Beeline.desktop',
    })
    expect(own).toHaveProperty('dependencies')
    expect(own).not.toHaveProperty('devDependencies')
    expect(own).not.toHaveProperty('scripts')
  })

  test('the shell imports nothing that is not there', () => {
    const scripts = files.filter((path) => /^out\/main\/.*\.(js|mjs|cjs)$/.test(path))
    const imported = new Set(scripts.flatMap((path) => importedModules(text(path))))
    const allowed = new Set<string>(['electron', ...RUNTIME_DEPENDENCIES, ...TRIED_MODULES])
    const foreign = [...imported].filter((name) => !isBuiltin(name) && !allowed.has(name))
    expect(foreign).toEqual([])
  })

  // Windows shows notifications only of a program that names itself as its shortcut does.
  test('the shell goes by the names that the packages give it', () => {
    const shell = files.filter((path) => /^out\/main\/.*\.js$/.test(path)).map(text)
    expect(RECIPE).toContain(`appId: ${APP_ID}\n`)
    expect(shell.some((script) => script.includes(APP_ID))).toBe(true)
    expect(shell.some((script) => script.includes('setAppUserModelId'))).toBe(true)
  })

  test('the preload asks for nothing that the sandbox lacks', () => {
    const required = importedModules(text('out/preload/index.cjs')).map((name) => name.replace(/^node:/, ''))
    expect(required.filter((name) => !PRELOAD_MODULES.includes(name))).toEqual([])
  })

  test('licences lie beside it, Electron’s demo app does not', () => {
    const notices = readFileSync(join(app.resources, 'NOTICES.txt'), 'utf8')
    for (const name of ['better-sqlite3', 'node-datachannel', 'electron-updater', 'valibot', 'libjuice']) {
      expect(notices).toContain(name)
    }
    expect(readFileSync(join(app.resources, 'LICENSE.txt'), 'utf8')).toContain('Beeline')
    expect(existsSync(join(app.resources, 'default_app.asar'))).toBe(false)
  })

  test('all nine fuses are set', async () => {
    expect(await getCurrentFuseWire(app.program)).toEqual({
      version: FuseVersion.V1,
      [FuseV1Options.RunAsNode]: FuseState.DISABLE,
      [FuseV1Options.EnableCookieEncryption]: FuseState.ENABLE,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: FuseState.DISABLE,
      [FuseV1Options.EnableNodeCliInspectArguments]: FuseState.DISABLE,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: FuseState.ENABLE,
      [FuseV1Options.OnlyLoadAppFromAsar]: FuseState.ENABLE,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: FuseState.DISABLE,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: FuseState.DISABLE,
      [FuseV1Options.WasmTrapHandlers]: FuseState.ENABLE,
    })
  })

  test('the program knows the archive’s hash, as far as its system asks for it', () => {
    const hash = createHash('sha256').update(getRawHeader(app.archive).headerString).digest('hex')
    const places = {
      // Electron checks no hash on Linux.
      linux: () => [],
      win32: () => [windowsIntegrity(app.program)],
      darwin: () => [propertyList(app.program)],
    }
    for (const place of places[target.os]()) expect(place).toContain(hash)
  })
})

// Windows learns of our links from the installer, Linux from the desktop file.
describe.skipIf(process.platform === 'win32')('the macOS bundle', () => {
  let app: PackedApp

  beforeAll(async () => {
    app = await packedOnce(TARGETS['darwin-arm64'])
  })

  test('opens our links and says why it wants the network', () => {
    const list = propertyList(app.program)
    expect(list).toMatch(/<key>CFBundleURLSchemes<\/key>\s*<array>\s*<string>beeline<\/string>/)
    expect(list).toMatch(/<key>CFBundleIdentifier<\/key>\s*<string>org\.example\.Beeline<\/string>/)
    expect(list).toContain('NSLocalNetworkUsageDescription')
  })
})

describe.skipIf(process.platform === 'win32')('the Debian package', () => {
  let app: PackedApp
  let deb: v.InferOutput<typeof DebianPackage>

  beforeAll(async () => {
    app = await packedOnce(TARGETS['linux-x64'])
    const name = (await readdir(join(app.work, 'packed'))).find((file) => file.endsWith('.deb')) ?? ''
    deb = v.parse(DebianPackage, JSON.parse(readFileSync(join(app.work, 'packed', name), 'utf8')))
  })

  test('opens our links, and its window belongs to its icon', () => {
    expect(deb.desktopPath).toBe('/usr/share/applications/org.example.Beeline.desktop')
    expect(deb.desktopFile).toMatch(/^MimeType=x-scheme-handler\/beeline;$/m)
    expect(deb.desktopFile).toMatch(/^Exec=\/opt\/Beeline\/beeline %U$/m)
    expect(deb.desktopFile).toMatch(/^Icon=beeline$/m)
    expect(deb.desktopFile).toMatch(/^Categories=Network;FileTransfer;P2P;$/m)
    expect(deb.desktopFile).toMatch(/^StartupWMClass=org\.example\.Beeline$/m)
    for (const size of ['16x16', '32x32', '48x48', '256x256', '512x512']) {
      expect(deb.content).toHaveProperty([`/usr/share/icons/hicolor/${size}/apps/beeline.png`])
    }
  })

  test('brings an AppArmor profile, so that the sandbox works where user namespaces are restricted', () => {
    expect(readFileSync(join(app.resources, 'apparmor-profile'), 'utf8')).toContain('"/opt/Beeline/beeline"')
    expect(deb.afterInstall).toContain('apparmor_parser')
    expect(deb.afterInstall).toContain('chmod 4755')
  })

  test('says what it is', () => {
    expect(deb.architecture).toBe('amd64')
    expect(deb.maintainer).toContain('@')
    expect(readFileSync(join(app.resources, 'package-type'), 'utf8')).toBe('deb')
  })

  // Of the others it is written with the installer, which their own systems must make.
  test('knows where its updates are', () => {
    expect(readFileSync(join(app.resources, 'app-update.yml'), 'utf8')).toMatch(/url: .*\/linux\/x64$/m)
  })
})

function* fileRecords(folder: DirectoryRecord, parent = ''): Generator<[string, FileRecord]> {
  for (const [name, record] of Object.entries(folder.files)) {
    const path = parent === '' ? name : `${parent}/${name}`
    if ('files' in record) yield* fileRecords(record, path)
    else if (!('link' in record)) yield [path, record]
  }
}

function propertyList(bundle: string): string {
  return readFileSync(join(bundle, 'Contents', 'Info.plist'), 'utf8')
}

function windowsIntegrity(program: string): string {
  const resources = NtExecutableResource.from(NtExecutable.from(readFileSync(program)))
  const entry = resources.entries.find(({ type, id }) => type === 'INTEGRITY' && id === 'ELECTRONASAR')
  return entry === undefined ? '' : Buffer.from(entry.bin).toString('utf8')
}
