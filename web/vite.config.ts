/// <reference types="vitest/config" />
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

// `npm run dev` beside `scripts/run`: the pages from here, the API from there.
const API = process.env.API_ORIGIN ?? "http://127.0.0.1:8000";

/** Each file once more as brotli, so that the service only has to send it. */
function brotli(): Plugin {
  return {
    name: "brotli",
    apply: "build",
    writeBundle({ dir }, bundle) {
      for (const file of Object.values(bundle)) {
        const body = file.type === "chunk" ? file.code : file.source;
        if (file.fileName.startsWith("assets/")) writeFileSync(join(dir!, `${file.fileName}.br`), brotliCompressSync(body));
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), brotli()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    // Nothing is inlined: the page's Content-Security-Policy takes files of its own origin alone.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800, // kB before compression; what people wait for is measured by scripts/bench
    target: "es2022",
    // What every page needs is one file, instead of one for each set of pages that share something of it.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "app", tags: ["$initial"] }] } } },
    // Those that know light-dark(): without it both themes would be made of one.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
  },
  server: { proxy: Object.fromEntries(["/admin", "/api", "/forms", "/static", "/openapi.json", "/docs", "/readyz"].map((path) => [path, API])) },
  test: { environment: "jsdom", setupFiles: "./src/testing/setup.ts", restoreMocks: true },
});
