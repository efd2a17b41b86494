import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

/** Every text on every ground of these reaches a contrast of 4.5:1; a test looks at each screen. */
const pine: MantineColorsTuple = [
  '#effaf8',
  '#dcf2ee',
  '#b4e3db',
  '#88d3c7',
  '#5cbfb0',
  '#2fa596',
  '#0f8577',
  '#0f766e',
  '#0c5f58',
  '#084640',
];

/** How the console looks: the system's own fonts, so that nothing is loaded from anywhere. */
export const theme = createTheme({
  primaryColor: 'pine',
  primaryShade: { light: 7, dark: 6 },
  colors: { pine },
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans SC", "Noto Sans Devanagari", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, monospace',
  headings: { fontWeight: '650', sizes: { h1: { fontSize: '1.6rem' }, h2: { fontSize: '1.15rem' } } },
  components: {
    Card: { defaultProps: { withBorder: true, padding: 'lg' } },
    Modal: { defaultProps: { centered: true } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 200 } },
  },
});

/** Quiet words, yet dark (or light) enough to read: 4.5:1 on the card and on the page. */
export const readableDimmedText: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#59636b',
    '--mantine-color-placeholder': '#646e76',
    '--mantine-color-error': '#b02525',
  },
  dark: {
    '--mantine-color-dimmed': '#a5afb7',
    '--mantine-color-placeholder': '#98a2aa',
    '--mantine-color-error': '#ff8787',
  },
});
