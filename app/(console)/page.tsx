import { redirect } from 'next/navigation';
import { pages } from '#lib/client/paths.ts';

export default function HomePage() {
  redirect(pages.images);
}
