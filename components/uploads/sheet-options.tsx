'use client';

import { FolderLock, Globe, Handshake, Users } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Checkbox, Field, Segmented, TextArea } from '#components/ui/field.tsx';
import { TagInput } from '#components/ui/tag-input.tsx';
import type { ExpectedHashes } from '#lib/client/uploads/sha512sums.ts';

export interface SheetWishes {
  visibility: string;
  tags: readonly string[];
  protect: boolean;
  hashesText: string;
}

const icons: Record<string, LucideIcon> = {
  private: FolderLock,
  shared: Users,
  community: Handshake,
  public: Globe,
};
const order = ['private', 'shared', 'community', 'public'] as const;

/** What is decided once for all files of the sheet. */
export function SheetOptions({
  wishes,
  onChange,
  visibilities,
  hashes,
  matchedHashes,
}: {
  wishes: SheetWishes;
  onChange(change: Partial<SheetWishes>): void;
  /** Those that this person may give. */
  visibilities: readonly string[];
  hashes: ExpectedHashes;
  /** How many of the files a line names. */
  matchedHashes: number;
}) {
  const t = useTranslations('uploads');
  const wrong = hashes.wrongLines;
  return (
    <div className="grid gap-x-6 gap-y-[22px] rail:grid-cols-[max-content_minmax(0,1fr)]">
      <div className="grid content-start gap-1.5">
        <span className="font-[550]">{t('visibility')}</span>
        <div>
          <Segmented
            label={t('visibility')}
            value={wishes.visibility}
            onChange={(visibility) => onChange({ visibility })}
            options={order
              .filter((visibility) => visibilities.includes(visibility))
              .map((visibility) => ({
                value: visibility as string,
                label: t(visibility),
                ...(icons[visibility] && { icon: icons[visibility] }),
              }))}
          />
        </div>
      </div>
      <div className="grid content-start gap-1.5">
        <span className="font-[550]">{t('tags')}</span>
        <TagInput
          value={wishes.tags}
          onChange={(tags) => onChange({ tags })}
          label={t('tags')}
          placeholder={t('tagPlaceholder')}
          removeLabel={(tag) => t('removeTag', { tag })}
        />
      </div>
      <div className="grid content-start gap-1.5">
        <span className="font-[550]">{t('deleting')}</span>
        <div className="flex h-[34px] items-center">
          <Checkbox checked={wishes.protect} onChange={(protect) => onChange({ protect })}>
            {t('protect')}
          </Checkbox>
        </div>
      </div>
      <Field
        label={
          <>
            {t('hashes')} <span className="font-normal text-ink-3">{t('hashesOptional')}</span>
          </>
        }
        {...(wrong.length > 0 && {
          error: t('hashesWrong', { count: wrong.length, lines: wrong.slice(0, 5).join(', ') }),
        })}
        {...(wishes.hashesText.trim() !== '' &&
          wrong.length === 0 && { hint: t('hashesMatched', { matched: matchedHashes }) })}
      >
        <TextArea
          value={wishes.hashesText}
          onChange={(event) => onChange({ hashesText: event.target.value })}
          placeholder={t('hashesPlaceholder')}
          rows={wishes.hashesText === '' ? 1 : 3}
          spellCheck={false}
          wrap="off"
          className={`!min-h-[34px] resize-y ${wishes.hashesText === '' ? '' : 'font-mono text-12'}`}
        />
      </Field>
    </div>
  );
}
