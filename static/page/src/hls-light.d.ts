/** The light build has the full build's types, without the parts the page never calls. */
declare module "hls.js/light" {
  export { default } from "hls.js";
}
