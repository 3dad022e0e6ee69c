import { FolderLock, Globe, Handshake, Users } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Icon } from '#components/ui/icon.tsx';
import type { Visibility } from '#lib/contract/common.ts';

export const visibilityIcons: Record<Visibility, LucideIcon> = {
  public: Globe,
  private: FolderLock,
  shared: Users,
  community: Handshake,
};

export function VisibilityLabel({ visibility }: { visibility: Visibility }) {
  const t = useTranslations('images');
  return (
    <span className="flex items-center gap-1.5 whitespace-nowrap">
      <Icon of={visibilityIcons[visibility]} size="small" />
      {t(`visibility.${visibility}` as const)}
    </span>
  );
}
