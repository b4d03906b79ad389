/**
 * What runs inside of Chromium: Electron's `contextBridge` between the page's world and the preload's. Both see the same
 * DOM and nothing else of each other; a synchronous event carries copies from one to the other. Read as text by
 * preload-world.ts, because no module can be loaded there.
 */

/** One end. What is a function here can be called there; everything else is copied. */
function openBridge(outName, inName, onExpose) {
  const functions = new Map()
  const replies = new Map()
  let lastId = 0

  const emit = (detail) => window.dispatchEvent(new CustomEvent(outName, { detail }))
  const isPlain = (value) => [Object.prototype, null].includes(Object.getPrototypeOf(value))

  const pack = (value) => {
    if (typeof value === 'function') {
      functions.set(++lastId, value)
      return { functionId: lastId }
    }
    if (value instanceof Promise || typeof value === 'symbol')
      throw new Error('Electron double: not carried by the bridge')
    if (Array.isArray(value)) return { list: value.map(pack) }
    if (typeof value === 'object' && value !== null && isPlain(value)) {
      return {
        members: Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, pack(inner)])),
      }
    }
    // Primitive values, and objects such as files, which the event's own copy takes along.
    return { value }
  }

  const unpack = (packed) => {
    if ('functionId' in packed) return (...values) => call(packed.functionId, values)
    if ('list' in packed) return packed.list.map(unpack)
    if ('members' in packed) {
      const members = Object.entries(packed.members).map(([name, inner]) => [name, unpack(inner)])
      return Object.freeze(Object.fromEntries(members))
    }
    return packed.value
  }

  const call = (functionId, values) => {
    const id = ++lastId
    emit({ kind: 'call', id, functionId, values: pack(values) })
    const reply = replies.get(id)
    replies.delete(id)
    if (reply === undefined) throw new Error('An object could not be cloned.')
    // Name and members of an error are lost, as in Electron.
    if ('error' in reply) throw new Error(reply.error)
    return unpack(reply.value)
  }

  const answer = ({ id, functionId, values }) => {
    try {
      emit({ kind: 'reply', id, value: pack(functions.get(functionId)(...unpack(values))) })
    } catch (error) {
      emit({ kind: 'reply', id, error: error instanceof Error ? error.message : String(error) })
    }
  }

  window.addEventListener(
    inName,
    (event) => {
      event.stopImmediatePropagation()
      const { detail } = event
      if (detail?.kind === 'expose') onExpose(detail.key, unpack(detail.api))
      else if (detail?.kind === 'call') answer(detail)
      else if (detail?.kind === 'reply') replies.set(detail.id, detail)
    },
    true,
  )
  return { expose: (key, api) => emit({ kind: 'expose', key, api: pack(api) }) }
}

/** In the page's world, before any script of the page. */
function startPageWorld() {
  openBridge('double:to-preload', 'double:to-page', (key, api) => {
    Object.defineProperty(window, key, { value: api, enumerable: true })
  })
}

/**
 * In the preload's world. `preload` is the built file as a function of what Electron's wrapper gives to it, `send` the
 * browser's line to the main process.
 */
function startPreloadWorld(preload, send) {
  const listeners = new Map()
  const paths = new Map()
  const bridge = openBridge('double:to-page', 'double:to-preload', () => {})
  const ipcRenderer = {
    on(channel, listener) {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener])
      return ipcRenderer
    },
    send(channel, ...values) {
      const isText = values.every((value) => ['string', 'number', 'boolean'].includes(typeof value))
      if (!isText) throw new Error('Electron double: IPC carries only plain values here')
      send(JSON.stringify({ channel, values }))
    },
  }
  const webUtils = {
    getPathForFile(file) {
      if (!(file instanceof File)) throw new TypeError('getPathForFile takes a File')
      return paths.get(`${file.name}:${file.size}`) ?? ''
    },
  }
  globalThis.receiveFromMain = (text) => {
    const { channel, values } = JSON.parse(text)
    if (channel === 'double:paths') for (const [file, path] of values) paths.set(file, path)
    else for (const listener of listeners.get(channel) ?? []) listener({ sender: ipcRenderer }, ...values)
  }

  const electron = { ipcRenderer, webUtils, contextBridge: { exposeInMainWorld: bridge.expose } }
  // All that a sandboxed preload may require, less what ours has no use for.
  const modules = { electron, 'electron/common': electron, 'electron/renderer': electron }
  const require = (name) => {
    if (Object.hasOwn(modules, name)) return modules[name]
    throw new Error(`module not found: ${name}`)
  }
  try {
    preload(
      require,
      { type: 'renderer', sandboxed: true, contextIsolated: true },
      {},
      { exports: {} },
      globalThis,
    )
  } catch (error) {
    send(JSON.stringify({ channel: 'double:preload-error', values: [String(error)] }))
  }
}

// One of them is called by the line that preload-world.ts adds.
void [startPageWorld, startPreloadWorld]
