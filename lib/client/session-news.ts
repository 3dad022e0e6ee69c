const channelName = 'stowage_session';

/** Tells the other tabs of this browser, which share its session, that it is another one now. */
export function tellSessionChanged(): void {
  const channel = new BroadcastChannel(channelName);
  channel.postMessage('changed');
  channel.close();
}

/** Runs `listener` when another tab signed in or out, or went on in another project. Returns what ends it. */
export function onSessionChanged(listener: () => void): () => void {
  const channel = new BroadcastChannel(channelName);
  channel.addEventListener('message', listener);
  return () => channel.close();
}
