import { notifications } from "@mantine/notifications";

const SECONDS = 1000;

/** A word that something was done. */
export function tell(message: string): void {
  notifications.show({ message, autoClose: 4 * SECONDS });
}

/** A word that something failed: it stays for as long as it takes to read. */
export function warn(title: string, message: string): void {
  notifications.show({ title, message, color: "red", autoClose: 12 * SECONDS, role: "alert" });
}
