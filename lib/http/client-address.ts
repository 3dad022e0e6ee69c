import { BlockList, isIP } from 'node:net';
import type { Config } from '../config/config.ts';
import { rawRequest } from './raw-request.ts';

/**
 * The address that a request comes from, as the proxies say that the operator trusts, and one on this machine. What
 * others write is not looked at. Null where there is no connection (tests that call a handler).
 */
export function clientAddress(
  request: Request,
  { trustedProxies }: Pick<Config, 'trustedProxies'>,
): string | null {
  const peer = rawRequest()?.req.socket.remoteAddress;
  if (peer === undefined) return null;
  return addressBehind(plain(peer), request.headers.get('x-forwarded-for'), trustedProxies);
}

/**
 * Each proxy adds whom it was asked by at the end of `forwarded`, so it is read from there, as long as who says it is
 * trusted: `proxies`, addresses or networks, and the loopback address of this machine as `peer`.
 */
export function addressBehind(peer: string, forwarded: string | null, proxies: readonly string[]): string {
  const trusted = toBlockList(proxies);
  const isTrusted = (address: string) => trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  let address = peer;
  for (const named of forwarded?.split(',').reverse() ?? []) {
    const isOwn = address === peer && (peer === '::1' || peer.startsWith('127.'));
    const next = plain(named.trim());
    if ((!isOwn && !isTrusted(address)) || isIP(next) === 0) break;
    // Nothing but the connection says that somebody is on this machine.
    if (next === peer) break;
    address = next;
  }
  return address;
}

/** Without the prefix of an IPv4 address in IPv6. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

function toBlockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const isSix = isIP(address) === 6;
    list.addSubnet(address, bits === undefined ? (isSix ? 128 : 32) : Number(bits), isSix ? 'ipv6' : 'ipv4');
  }
  return list;
}
