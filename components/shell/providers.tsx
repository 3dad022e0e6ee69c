'use client';

import { QueryClientProvider } from '@tanstack/react-query';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { LiveRegion } from '#components/ui/live-region.tsx';
import { ToastHost } from '#components/ui/toast.tsx';
import { TooltipProvider } from '#components/ui/tooltip.tsx';
import { createQueryClient } from '#lib/client/query-client.ts';

export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(createQueryClient);
  return (
    <QueryClientProvider client={client}>
      <NuqsAdapter>
        <TooltipProvider delay={400}>
          <ToastHost>{children}</ToastHost>
          <LiveRegion />
        </TooltipProvider>
      </NuqsAdapter>
    </QueryClientProvider>
  );
}
