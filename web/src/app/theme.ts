import { createTheme, type CSSVariablesResolver } from "@mantine/core";
import { common } from "@/texts/common";

// A dialogue's head is no banner of the page.
const HEADER = { header: { role: "presentation" } };

export const theme = createTheme({
  primaryColor: "blue",
  primaryShade: 8,
  autoContrast: true,
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  headings: { fontWeight: "650" },
  components: {
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
    Modal: { defaultProps: { centered: true, closeButtonProps: { "aria-label": common.close }, attributes: HEADER } },
    Drawer: { defaultProps: { position: "right", closeButtonProps: { "aria-label": common.close } } },
  },
});

/** Mantine's dimmed text and its red are short of WCAG's 4.5:1. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: { "--mantine-color-dimmed": "#5c636a", "--mantine-color-placeholder": "#6b7278", "--mantine-color-error": "#c92a2a" },
  dark: { "--mantine-color-dimmed": "#a6abb1", "--mantine-color-placeholder": "#8f959b", "--mantine-color-error": "#ff8787" },
});
