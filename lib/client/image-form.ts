import { nameLimitCharacters, tagLimitCharacters, tagLimitCount } from '#lib/contract/limits.ts';
import type { ImageSettings, ImageView } from '#lib/contract/images.ts';

/** The fields of the edit dialog, as they are typed. */
export interface ImageForm {
  name: string;
  tags: string;
  minDisk: string;
  minRam: string;
  protected: boolean;
  hidden: boolean;
}

export type ImageFormError = 'name' | 'tags' | 'minDisk' | 'minRam';
type Editable = Pick<ImageView, 'name' | 'tags' | 'min_disk_gib' | 'min_ram_mib' | 'protected' | 'hidden'>;

export function toForm(image: Editable): ImageForm {
  return {
    name: image.name ?? '',
    tags: image.tags.join(', '),
    minDisk: String(image.min_disk_gib),
    minRam: String(image.min_ram_mib),
    protected: image.protected,
    hidden: image.hidden,
  };
}

/** Words between commas, each once. */
export function splitTags(text: string): string[] {
  return [...new Set(text.split(',').map((tag) => tag.trim()))].filter(Boolean);
}

/** What of the form differs from the image as it was when the form opened; `error` names the first field that cannot be sent. */
export function changesOf(
  image: Editable,
  form: ImageForm,
): { update: ImageSettings; removedTags: string[]; error: ImageFormError | null } {
  const tags = splitTags(form.tags);
  const minDisk = wholeNumber(form.minDisk);
  const minRam = wholeNumber(form.minRam);
  const update: ImageSettings = {};
  if (form.name.trim() !== (image.name ?? '')) update.name = form.name.trim();
  if (tags.join('\0') !== image.tags.join('\0')) update.tags = tags;
  if (minDisk !== null && minDisk !== image.min_disk_gib) update.min_disk_gib = minDisk;
  if (minRam !== null && minRam !== image.min_ram_mib) update.min_ram_mib = minRam;
  if (form.protected !== image.protected) update.protected = form.protected;
  if (form.hidden !== image.hidden) update.hidden = form.hidden;
  const error: ImageFormError | null =
    form.name.trim().length > nameLimitCharacters
      ? 'name'
      : tags.length > tagLimitCount || tags.some((tag) => tag.length > tagLimitCharacters)
        ? 'tags'
        : minDisk === null
          ? 'minDisk'
          : minRam === null
            ? 'minRam'
            : null;
  return { update, removedTags: image.tags.filter((tag) => !tags.includes(tag)), error };
}

/** What the image was in the fields that are to be changed: the server refuses when it is something else by now. */
export function formerOf(image: Editable, update: ImageSettings): ImageSettings {
  const former: ImageSettings = {
    name: image.name ?? '',
    tags: image.tags,
    min_disk_gib: image.min_disk_gib,
    min_ram_mib: image.min_ram_mib,
    protected: image.protected,
    hidden: image.hidden,
  };
  return Object.fromEntries(Object.entries(former).filter(([field]) => field in update));
}

/** What was typed, on top of what the image is by now. */
export function rebase(was: Editable, form: ImageForm, now: Editable): ImageForm {
  const before = toForm(was);
  const typed = Object.entries(form).filter(([field, value]) => before[field as keyof ImageForm] !== value);
  return { ...toForm(now), ...Object.fromEntries(typed) };
}

function wholeNumber(text: string): number | null {
  return /^\d{1,9}$/.test(text.trim()) ? Number(text.trim()) : null;
}
