/** How the processes on one database tell each other what has just happened. */
export interface Channel {
  /** To every other process that listens now. Lost when the database is away; at most 7,000 bytes. */
  tell(text: string): Promise<void>;
  /**
   * `hear` gets what the other processes tell, in the order of their commits, from the moment this resolves.
   * `onGap`: the connection was away and is back, and what was told meanwhile was not heard.
   */
  listen(hear: (text: string) => void, onGap: () => void): Promise<void>;
  close(): Promise<void>;
}

export const longestMessageBytes = 7_000;
