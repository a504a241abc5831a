import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "@/app/App";
import { fetchPage } from "@/app/Pages";
import { askOtherTabs } from "@/lib/session";

// Not awaited here: the page's file is built upon this one, and would wait for its end.
void Promise.all([askOtherTabs(), fetchPage(window.location.pathname)]).then(() =>
  createRoot(document.getElementById("root")!).render(
    <StrictMode>
      <App />
    </StrictMode>,
  ),
);
