import { z } from 'zod';

/** Where a server is, for stowage.yaml. It is shown and told to others, so it holds no credentials. */
export const EndpointUrl = z
  .url({ protocol: /^https?$/, error: 'Expected an address such as https://server.example' })
  .refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : null;
    return url === null || (url.username === '' && url.password === '');
  }, 'Expected an address without user and password, which have keys of their own');
