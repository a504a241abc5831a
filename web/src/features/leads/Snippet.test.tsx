import { expect, it } from "vitest";
import { aLead } from "@/testing/leads";
import { renderApp } from "@/testing/render";
import { Found } from "./Snippet";

function shown(snippet: string | undefined) {
  const lead = aLead();
  const { container } = renderApp(<p data-row><Found lead={snippet === undefined ? lead : { ...lead, snippet }}>the message</Found></p>);
  return container.querySelector("[data-row]") as HTMLElement;
}

it("marks what was found, and shows no more than some words before it", () => {
  const row = shown("Jane Doe · Example Ltd · jane@example.com · A <mark>workshop</mark> in May, and a second <mark>workshop</mark>");
  expect(row.textContent).toBe("… jane@example.com · A workshop in May, and a second workshop");
  expect([...row.querySelectorAll("mark")].map((mark) => mark.textContent)).toEqual(["workshop", "workshop"]);
});

it("keeps a short beginning as it is", () => {
  expect(shown("Jane · <mark>workshop</mark>").textContent).toBe("Jane · workshop");
});

it("shows what a visitor wrote as text, never as markup", () => {
  const row = shown("&lt;img src=x onerror=alert(1)&gt; <mark>&lt;b&gt;</mark> &amp;lt; &quot;&#39;");
  expect(row.querySelector("img, b")).toBeNull();
  expect(row.textContent).toBe("… onerror=alert(1)> <b> &lt; \"'");
});

it.each([undefined, "Jane Doe · Example Ltd"])("shows what else stands there when nothing is marked (%s)", (snippet) => {
  expect(shown(snippet).textContent).toBe("the message");
});
