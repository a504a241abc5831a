import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const STYLES = "node_modules/@mantine/core/styles";

it("kit.css has the styles of each component that is used", () => {
  const kit = readFileSync("src/app/kit.css", "utf8");
  const used = new Set<string>();
  for (const file of readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".tsx"))) {
    for (const [, names = ""] of readFileSync(`src/${file}`, "utf8").matchAll(/import \{([^}]*)\} from "@mantine\/core"/g)) {
      for (const name of names.split(",")) used.add(name.trim());
    }
  }
  expect(used.size).toBeGreaterThan(20);
  expect([...used].filter((name) => existsSync(`${STYLES}/${name}.css`) && !kit.includes(`/${name}.css"`))).toEqual([]);
});
