'use client';

import { Check, Copy } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useEffect, useState } from 'react';
import { Button, IconButton } from './button.tsx';

/** Puts `text` on the clipboard. `what` names it: "Copy the id". Without room for a word it is an icon. */
export function CopyButton({
  text,
  what,
  iconOnly = false,
}: {
  text: string;
  what: string;
  iconOnly?: boolean;
}) {
  const t = useTranslations('common');
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => {
    writeClipboard(text).then(setCopied);
  };
  const icon = copied ? Check : Copy;
  return iconOnly ? (
    <IconButton icon={icon} size="small" label={copied ? t('copied') : what} onClick={copy} />
  ) : (
    <Button icon={icon} size="small" onClick={copy} aria-label={copied ? t('copied') : what}>
      {copied ? t('copied') : t('copy')}
    </Button>
  );
}

/** The clipboard interface exists on HTTPS and localhost only; elsewhere a hidden field does it. */
async function writeClipboard(text: string): Promise<boolean> {
  if (navigator.clipboard && window.isSecureContext) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
  }
  const field = document.createElement('textarea');
  field.value = text;
  field.style.position = 'fixed';
  field.style.opacity = '0';
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  return done;
}
