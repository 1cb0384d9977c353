// comlink types its Node adapter only next to the UMD build; Node loads the ESM one.
declare module 'comlink/dist/esm/node-adapter.mjs' {
  export { default } from 'comlink/dist/umd/node-adapter.js'
}
