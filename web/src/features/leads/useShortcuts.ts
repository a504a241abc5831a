import { useEffect, useEffectEvent } from "react";

type Keys = Record<string, (event: KeyboardEvent) => void>;

/** Single keys, while nothing is typed and nothing stands over the page. A key is named as it is typed: `j`, `Shift+x`, `#`, `Enter`. */
export function useShortcuts(keys: Keys, on: boolean): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = event.target as Element;
    if (at.closest("input:not([type=checkbox]), textarea, select, [contenteditable=true], [role=dialog], [role=menu], [role=listbox]")) return;
    if (document.querySelector("[aria-modal=true]")) return;
    // Enter and Space on a control are the control's.
    if ((event.key === "Enter" || event.key === " ") && at.closest("button, a, label, input")) return;
    const name = event.shiftKey && /^[a-z]$/i.test(event.key) ? `Shift+${event.key.toLowerCase()}` : event.key;
    const run = keys[name];
    if (!run) return;
    event.preventDefault();
    run(event);
  });
  useEffect(() => {
    if (!on) return;
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [on]);
}
