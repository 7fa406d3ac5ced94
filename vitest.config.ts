import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{functions,local,cert,static,bench,test,knative}/**/*.test.ts"],
    // Cluster tests need a cluster and have a command of their own.
    exclude: ["**/node_modules/**", "dist/**", "test/cluster/**"],
    globalSetup: "test/setup/global.ts",
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // Real ffmpeg, nginx, browsers and OCR engines run in these tests: more files at once than cores only makes them time out.
    maxWorkers: 2,
  },
});
