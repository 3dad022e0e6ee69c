'use client';

import { CopyButton } from './copy-button.tsx';

/** What is shown once, to be copied. `copy` names the button. */
export function SecretText({ label, text, copy }: { label: string; text: string; copy: string }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-1.5">
      <span className="font-[550]" aria-hidden="true">
        {label}
      </span>
      <div className="relative">
        <pre
          tabIndex={0}
          aria-label={label}
          className="rounded-control bg-code-bg py-3 pr-24 pl-4 font-mono text-12 leading-[19px] [overflow-wrap:anywhere] whitespace-pre-wrap text-code-ink"
        >
          <code className="!text-12">{text}</code>
        </pre>
        <span className="absolute top-2 right-2">
          <CopyButton text={text} what={copy} />
        </span>
      </div>
    </div>
  );
}
