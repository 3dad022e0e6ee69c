'use client';

import { Download } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Segmented } from '#components/ui/field.tsx';
import { Note } from '#components/ui/note.tsx';
import { credentialFile, credentialFiles } from '#lib/client/credential-files.ts';
import type { CredentialAccess, CredentialFile } from '#lib/client/credential-files.ts';

/** The secret in ready files. Only its own button closes it: what slips away here cannot be had again. */
export function CredentialSecret({
  name,
  access,
  onClose,
}: {
  name: string;
  access: CredentialAccess;
  onClose(): void;
}) {
  const t = useTranslations('credentials');
  const [file, setFile] = useState<CredentialFile>('clouds');
  const text = credentialFile(file, access);
  const where = { clouds: t('cloudsWhere'), shell: t('shellWhere'), terraform: t('terraformWhere') }[file];
  return (
    <Dialog
      open
      wide
      onOpenChange={() => {}}
      title={t('madeTitle', { name })}
      footer={
        <>
          <span className="mr-auto">
            <Button icon={Download} onClick={() => saveFile('clouds.yaml', credentialFile('clouds', access))}>
              {t('download')}
            </Button>
          </span>
          <Button variant="primary" onClick={onClose}>
            {t('done')}
          </Button>
        </>
      }
    >
      <Note kind="info" title={t('secretOnce')}>
        {t('secretOnceBody')}
      </Note>
      <div>
        <Segmented
          small
          label={t('use')}
          value={file}
          onChange={(next: CredentialFile) => setFile(next)}
          options={credentialFiles.map((value) => ({ value, label: t(`file.${value}`) }))}
        />
      </div>
      <div className="relative rounded-control bg-code-bg pr-20">
        <pre
          tabIndex={0}
          aria-label={t(`file.${file}`)}
          className="max-h-[40dvh] overflow-auto py-3 pl-4 font-mono text-12 leading-[19px] text-code-ink"
        >
          <code className="!text-12">{text}</code>
        </pre>
        <span className="absolute top-2 right-2">
          <CopyButton text={text} what={t('copyFile', { file: t(`file.${file}`) })} />
        </span>
      </div>
      <p className="text-12 text-ink-3">{where}</p>
    </Dialog>
  );
}

function saveFile(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  URL.revokeObjectURL(url);
}
