/** What a benchmark is given. */
export interface Bench {
  /** Where big files may lie; removed at the end. */
  directory: string;
  /** Random bytes, `sizeBytes` of them. */
  file: string;
  sizeBytes: number;
  rounds: number;
  /** Of the benchmark `million`. */
  images: number;
  databases: readonly string[];
  /** Of the benchmark `dispatch`. */
  transfers: number;
  /** Of the benchmark `s3-memory`. */
  largeBytes: number;
  /** Ends what a benchmark started, when all is done. */
  after(done: () => void | Promise<void>): void;
}
