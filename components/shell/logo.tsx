/** The hold under its load line. */
export function Logo({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" aria-hidden="true" className="flex-none">
      <path
        d="M4.5 3v14.5A2.5 2.5 0 0 0 7 20h10a2.5 2.5 0 0 0 2.5-2.5V3"
        stroke="var(--ink)"
        strokeWidth="2"
        strokeLinecap="round"
      />
      <rect x="7.5" y="12" width="9" height="5" rx=".8" fill="var(--ink)" />
      <path d="M.8 8.5h22.4" stroke="var(--accent)" strokeWidth="2" strokeLinecap="round" />
    </svg>
  );
}
