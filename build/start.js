/**
 * `npm start`: opens Beeline's window, or its page where there is none. Plain JavaScript, and no static import: an older Node
 * must get as far as the version check to be told what is missing.
 */

var major = Number(process.versions.node.split('.')[0])

if (major >= 24) {
  import('./start.ts').then(function (start) {
    return start.start(process.argv.slice(2))
  })
} else {
  process.stderr.write(
    'Beeline needs Node 24 or newer and this is Node ' +
      process.versions.node +
      '; run "npm install" and then "npm start" in its folder, which brings the right one.\n',
  )
  process.exit(69) // EX_UNAVAILABLE
}
