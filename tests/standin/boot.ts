// Arguments as Electron's program gets them: [-r loader] [--switches] folder [arguments]. Runs the folder's "main".
import './register.ts'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const preloaded: string[] = []
const kept: string[] = []
const given = process.argv.slice(2)
while (given.length > 0) {
  const argument = given.shift()!
  if (argument === '-r') preloaded.push(given.shift()!)
  else if (!argument.startsWith('--inspect')) kept.push(argument)
}
const folder = resolve(kept.find((argument) => !argument.startsWith('-')) ?? '.')
process.env.STANDIN_APP = folder
process.argv = [process.execPath, ...kept]
const require = createRequire(import.meta.url)
for (const file of preloaded) require(file)
const { main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { main: string }
await import(pathToFileURL(join(folder, main)).href)
