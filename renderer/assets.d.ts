/** What Vite turns into a URL or a style sheet. */

declare module '*.svg' {
  const url: string
  export default url
}
declare module '*.css' {}
