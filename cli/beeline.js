#!/usr/bin/env node
/**
 * Starts the command line on a Node that can run it. Plain JavaScript, and no static import: an older Node must get as far as
 * the version check to be told what is missing.
 */

var major = Number(process.versions.node.split('.')[0])

if (major >= 24) {
  import('./compile-cache.js')
    .then(function (cache) {
      cache.keepCompiledModules()
    })
    .then(function () {
      return import('./program.js')
    })
    .then(function (program) {
      return import(program.programUrl())
    })
} else {
  Promise.all([
    import('node:fs'),
    import('node:path'),
    import('node:url'),
    import('node:child_process'),
  ]).then(function (modules) {
    restart(modules[0], modules[1], modules[2], modules[3])
  })
}

function restart(fs, path, url, childProcess) {
  var here = fs.realpathSync(url.fileURLToPath(import.meta.url))
  var name = process.platform === 'win32' ? 'node.exe' : 'node'
  var own = path.join(path.dirname(here), '..', 'node_modules', 'node', 'bin', name)
  if (!fs.existsSync(own)) {
    process.stderr.write(
      'Beeline needs Node 24 or newer and this is Node ' +
        process.versions.node +
        '; run "npm install" in its folder, which brings the right one, or install Node 24.\n',
    )
    process.exit(69) // EX_UNAVAILABLE
  }

  var child = childProcess.spawn(own, process.execArgv.concat(here, process.argv.slice(2)), {
    stdio: 'inherit',
  })

  // A Ctrl-C in a terminal reaches the child by itself; sent twice, it could be taken for impatience.
  var inTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  process.on('SIGINT', function () {
    if (!inTerminal) child.kill('SIGINT')
  })
  process.on('SIGTERM', function () {
    child.kill('SIGTERM')
  })
  process.on('SIGHUP', function () {
    child.kill('SIGHUP')
  })
  child.on('error', function (error) {
    process.stderr.write('Beeline could not start ' + own + ': ' + error.message + '\n')
    process.exit(69)
  })
  child.on('exit', function (code, signal) {
    if (signal) {
      // Dying of the same signal tells the caller the truth; the handlers above would swallow it.
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    } else {
      process.exit(code)
    }
  })
}
