import { StoreFault } from './store.ts';

interface Trouble {
  codes: readonly string[];
  message: string;
  remedy: string;
}

/** What goes wrong before a server is even asked, in words for the operator. */
const troubles: readonly Trouble[] = [
  {
    codes: ['CERT_HAS_EXPIRED'],
    message: 'the certificate of the endpoint has expired',
    remedy: 'Renew the certificate of the endpoint; the store comes back by itself.',
  },
  {
    codes: ['CERT_NOT_YET_VALID'],
    message: 'the certificate of the endpoint is not valid yet',
    remedy: 'Compare the clocks of this machine and of the endpoint.',
  },
  {
    codes: [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    ],
    message: 'the certificate of the endpoint was issued by nobody who is trusted here',
    remedy: 'Name the certificate of its issuer in ca_file.',
  },
  {
    codes: ['ERR_TLS_CERT_ALTNAME_INVALID'],
    message: 'the certificate of the endpoint is for another host name',
    remedy: 'Write the endpoint with the host name that stands in its certificate.',
  },
  {
    codes: ['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'],
    message: 'the endpoint does not speak TLS as it should',
    remedy: 'See whether the endpoint begins with http:// or https:// as the server there expects.',
  },
  {
    codes: ['ENOTFOUND', 'EAI_AGAIN'],
    message: 'the host name of the endpoint is not known',
    remedy: 'Correct the host name in the endpoint, or the name service of this machine.',
  },
  {
    codes: ['ECONNREFUSED'],
    message: 'nothing listens at the endpoint',
    remedy: 'Start the server there, or correct the endpoint; the store comes back by itself.',
  },
];

/**
 * The fault for a connection that did not come about for a reason that somebody can mend; null for other errors. All
 * are `unavailable`: what is mended elsewhere needs no restart here.
 */
export function connectionFault(error: unknown, storeId: string): StoreFault | null {
  let current = error;
  for (let depth = 0; depth < 5 && typeof current === 'object' && current !== null; depth++) {
    const code = 'code' in current ? current.code : null;
    const found = troubles.find(({ codes }) => typeof code === 'string' && codes.includes(code));
    if (found !== undefined) {
      const text = `Store "${storeId}": ${found.message} (${String(code)}).`;
      return new StoreFault('unavailable', storeId, text, error, found.remedy);
    }
    // Several addresses were tried: the errors of each are listed.
    const several: unknown = 'errors' in current ? current.errors : null;
    current = Array.isArray(several) ? several[0] : 'cause' in current ? current.cause : null;
  }
  return null;
}
