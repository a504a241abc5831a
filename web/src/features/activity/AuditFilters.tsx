import { Autocomplete, Button, NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";
import { useSearchParams } from "react-router";
import useSWR from "swr";
import type { Answer } from "@/lib/types";
import { activity } from "@/texts/activity";
import classes from "./activity.module.css";
import { type Filter, FILTERS, withFilter, withoutFilters } from "./auditQuery";
import { beginOf } from "./days";

const words = activity.audit;
const TYPING_MS = 400;
/** Who acts beside people: visitors by the forms, and the service's own jobs. */
const OTHERS = ["visitor", "leads"];

/** The filters of the audit. They stand in the page's address, so that it can be kept and sent on. */
export function AuditFilters() {
  const [parameters, setParameters] = useSearchParams();
  const { data } = useSWR<Answer<"listUsers">>("/admin/users");
  const set = (name: Filter, value: string) => setParameters((now) => withFilter(now, name, value), { replace: true });
  const value = (name: Filter) => parameters.get(name) ?? "";
  // Anybody's name may be typed, also of those who are gone. It is asked for once the typing rests.
  const [actor, setActor] = useState(value("actor"));
  const askFor = useDebouncedCallback((name: string) => set("actor", name), TYPING_MS);
  const wrong = (name: Filter) => (value(name) && beginOf(value(name)) === null ? words.wrongDay : undefined);

  function clear() {
    askFor.cancel();
    setActor("");
    setParameters(withoutFilters, { replace: true });
  }

  return (
    <div className={classes.filters} role="search" aria-label={words.filters}>
      <Autocomplete
        label={words.actor}
        placeholder={words.actorHint}
        data={[...(data?.data.map(({ username }) => username) ?? []), ...OTHERS]}
        value={actor}
        onChange={(typed) => {
          setActor(typed);
          askFor(typed.trim());
        }}
      />
      <NativeSelect label={words.action} data={choices(words.actions)} value={value("action")} onChange={(event) => set("action", event.currentTarget.value)} />
      <NativeSelect label={words.table} data={choices(words.tables)} value={value("table")} onChange={(event) => set("table", event.currentTarget.value)} />
      <TextInput type="date" label={words.since} value={value("since")} error={wrong("since")} onChange={(event) => set("since", event.currentTarget.value)} />
      <TextInput type="date" label={words.until} value={value("until")} error={wrong("until")} onChange={(event) => set("until", event.currentTarget.value)} />
      {FILTERS.some(value) && (
        <Button variant="default" onClick={clear}>
          {words.clear}
        </Button>
      )}
    </div>
  );
}

function choices(texts: Record<string, string>): { value: string; label: string }[] {
  return [{ value: "", label: words.any }, ...Object.entries(texts).map(([value, label]) => ({ value, label }))];
}
