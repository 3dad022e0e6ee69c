/** The colour scheme is a choice of the reader, kept in a cookie so that the server writes it into the page. */
const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export const themeCookie = 'stowage_theme';
const yearSeconds = 365 * 24 * 3600;

export function readTheme(cookie: string | undefined): Theme {
  return themes.find((theme) => theme === cookie) ?? 'system';
}

/** Applies it at once and keeps it for the next visit. */
export function writeTheme(theme: Theme): void {
  document.cookie = `${themeCookie}=${theme}; path=/; max-age=${yearSeconds}; samesite=lax`;
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function currentTheme(): Theme {
  return readTheme(document.documentElement.dataset.theme);
}
