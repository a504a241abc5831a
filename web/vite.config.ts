/// <reference types="vitest/config" />
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// `npm run dev` beside `scripts/run`: the pages from here, the API from there.
const API = process.env.API_ORIGIN ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    // Nothing is inlined: the page's Content-Security-Policy takes files of its own origin alone.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
  },
  server: { proxy: Object.fromEntries(["/admin", "/api", "/forms", "/static", "/openapi.json", "/docs"].map((path) => [path, API])) },
  test: { environment: "jsdom", setupFiles: "./src/testing/setup.ts", restoreMocks: true },
});
