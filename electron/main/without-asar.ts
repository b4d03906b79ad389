/**
 * For threads that work on people's files. Electron's `fs` takes whatever is named `….asar` for a folder; to us it is a
 * file like any other, and would else arrive as something different. What the thread itself runs has been loaded by now.
 */

process.noAsar = true
