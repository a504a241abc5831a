import { Store } from "./store";

/** The leads in the order in which the table last showed them: what `next` and `previous` mean beside a lead. */
export const listed = new Store<readonly number[]>([]);

/** The search parameter that opens a lead beside any page. The API ignores names that begin with `_`. */
export const OPEN_LEAD = "_lead";

/** The search parameter that opens the form of a new lead. */
export const NEW_LEAD = "_new";
