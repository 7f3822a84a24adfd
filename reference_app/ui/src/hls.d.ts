/** The build without subtitles, alternate audio and encryption: a movie has none of them. */
declare module "hls.js/light" {
  export { default } from "hls.js";
}
