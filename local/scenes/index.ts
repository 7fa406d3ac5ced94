export * from "./render.ts";
export * from "./scene.ts";
