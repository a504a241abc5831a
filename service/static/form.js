// The public forms, better with JavaScript: checked in place, kept over reloads, sent once, answered without leaving the page.
// Without it the same form is posted as it is. Every text stands in the page (service/templates/form.html).
"use strict";

const WAIT_MS = 20_000; // the service answers within 5 s; the rest is the way there and back
const NEARLY = 0.8; // from this share of a text's limit on, what is left is told

const form = document.querySelector("form[data-slug]");
const words = form.dataset;
const controls = [...form.querySelectorAll("input:not([type=hidden]), textarea")];
const send = form.querySelector("button[type=submit]");
const clear = form.querySelector("[data-clear]");
const note = form.querySelector("[data-note]");
const place = `form.${words.slug}`;
let draft = stored();
let sending = false;

form.noValidate = true;
restore();

for (const control of controls) {
  control.addEventListener("blur", () => control.value.trim() && show(control, wrong(control)));
  control.addEventListener("input", () => {
    if (control.getAttribute("aria-invalid") === "true") show(control, wrong(control));
    count(control);
    keep();
  });
  count(control);
}
form.addEventListener("submit", submit);
clear.addEventListener("click", () => {
  forget();
  form.reset();
  for (const control of controls) {
    if (control.type !== "checkbox") control.value = "";
    show(control, "");
    count(control);
  }
  say("");
  controls[0].focus();
});
// A page that comes back out of the browser's memory is not still sending.
window.addEventListener("pageshow", () => idle());

async function submit(event) {
  if (sending) return event.preventDefault();
  const failed = controls.filter((control) => show(control, wrong(control)));
  if (failed.length) {
    event.preventDefault();
    say(failed.length === 1 ? words.oneWrong : words.manyWrong.replace("{n}", failed.length));
    return failed[0].focus();
  }
  sending = true;
  send.disabled = true;
  if (form.elements._next) {
    // Where it leads is the server's to allow: the browser goes there itself.
    draft.sent = true;
    return store();
  }
  event.preventDefault();
  say(words.sending);
  try {
    await post();
  } finally {
    idle();
  }
}

async function post() {
  const body = new FormData(form);
  // The same key for the same fields: however often it is sent, it arrives once.
  body.delete("_idempotency_key"); // the page's own, of each load; the header's lasts as long as what was typed
  const fields = JSON.stringify([...body]);
  if (draft.sentFields !== fields) Object.assign(draft, { sentFields: fields, key: unique() });
  store();
  let answer;
  try {
    answer = await fetch(form.action, {
      method: "POST",
      body,
      headers: { Accept: "application/json", "Idempotency-Key": draft.key },
      signal: AbortSignal.timeout(WAIT_MS),
    });
  } catch {
    return complain(navigator.onLine ? words.lost : words.offline);
  }
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return thank(said.reference);
  const after = Number(answer.headers.get("Retry-After"));
  if (answer.status === 429 || answer.status === 503) return wait(answer.status === 429 ? words.busy : words.away, after || 5);
  if (answer.status >= 500) return complain(words.lost);
  const found = (said.errors ?? []).map(({ field, code, message }) => [control(field), code, message, field]);
  for (const [at, code, message, field] of found) if (at) show(at, sentence(field, code, message));
  const [first] = found.find(([at]) => at) ?? [];
  complain(first ? words.refused : (said.detail ?? words.lost));
  first?.focus();
}

function thank(reference) {
  forget();
  const thanks = document.getElementById("thanks").content.cloneNode(true);
  thanks.querySelector("[data-reference]").textContent = reference;
  const heading = thanks.querySelector("h1");
  document.querySelector("main").replaceChildren(thanks);
  document.title = heading.textContent;
  window.scrollTo(0, 0);
  heading.focus();
}

// What is wrong with a field, in the server's words; nothing, when it may be sent.
function wrong(control) {
  if (control.type === "checkbox") return "";
  const text = control.value.trim();
  if (!text) return control.required ? words.required : "";
  if (control.type === "email" && (control.validity.typeMismatch || !/@[^@]+\.[^@.]+$/.test(text))) return words.notAnEmail;
  return "";
}

function show(control, text) {
  const id = `${control.id}-error`;
  let line = document.getElementById(id);
  if (!text) {
    line?.remove();
    control.removeAttribute("aria-invalid");
    control.removeAttribute("aria-describedby");
    return false;
  }
  if (!line) {
    line = Object.assign(document.createElement("p"), { id, className: "error" });
    const label = control.closest("label") ?? document.querySelector(`label[for="${control.id}"]`);
    if (label.contains(control)) label.before(line);
    else label.after(line);
  }
  line.textContent = text;
  control.setAttribute("aria-invalid", "true");
  control.setAttribute("aria-describedby", id);
  return true;
}

function sentence(field, code, message) {
  if (code === "required") return words.required;
  if (code === "not_an_email") return words.notAnEmail;
  const text = message.startsWith(`${field} `) ? message.slice(field.length + 1) : message;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function count(control) {
  const line = form.querySelector(`[data-count="${control.id}"]`);
  if (line) line.textContent = control.value.length > control.maxLength * NEARLY ? words.left.replace("{n}", control.maxLength - control.value.length) : "";
}

function say(text) {
  note.classList.remove("error");
  note.textContent = text;
}

function complain(text) {
  note.classList.add("error");
  note.textContent = text;
}

function wait(text, seconds) {
  complain(text.replace("{n}", seconds));
  const until = Date.now() + seconds * 1000;
  const timer = setInterval(() => {
    const left = Math.ceil((until - Date.now()) / 1000);
    if (sending || !note.classList.contains("error")) return clearInterval(timer);
    complain(left > 0 ? text.replace("{n}", left) : words.again);
    if (left <= 0) clearInterval(timer);
  }, 1000);
}

function idle() {
  sending = false;
  send.disabled = false;
  if (!note.classList.contains("error") && note.textContent === words.sending) say("");
}

function control(name) {
  return controls.find((one) => one.name === name);
}

// What was typed, for this tab alone. Consent is asked anew each time.
function keep() {
  draft.fields = Object.fromEntries(controls.filter((one) => one.type !== "checkbox" && one.value).map((one) => [one.name, one.value]));
  clear.hidden = !Object.keys(draft.fields).length;
  store();
}

function restore() {
  if (draft.sent) forget();
  for (const control of controls) {
    if (control.type !== "checkbox" && !control.value && draft.fields?.[control.name]) control.value = draft.fields[control.name];
  }
  keep();
}

function forget() {
  draft = {};
  clear.hidden = true;
  try {
    sessionStorage.removeItem(place);
  } catch {
    // Nothing was kept.
  }
}

function store() {
  try {
    sessionStorage.setItem(place, JSON.stringify(draft));
  } catch {
    // A browser that keeps nothing: what was typed is lost by a reload alone.
  }
}

function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(place)) ?? {};
  } catch {
    return {};
  }
}

function unique() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
