import { NotFound } from '#components/shell/not-found.tsx';

export default function NoSuchPage() {
  return (
    <main className="min-h-dvh bg-surface">
      <NotFound />
    </main>
  );
}
