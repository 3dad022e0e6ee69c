/** Numbers that both sides know. Sizes in bytes, times in milliseconds unless the name says otherwise. */
export const KiB = 1024;
export const MiB = 1024 * KiB;
export const GiB = 1024 * MiB;
export const TiB = 1024 * GiB;

/** BLAKE3 is kept for every piece of this size, so that any piece can be proved or repaired alone. */
export const pieceSizeBytes = 64 * MiB;

/** What was received is made durable at least this often, and at each end of a piece: a crash costs at most this much. */
export const durableEveryMilliseconds = 2_000;

/** A PATCH with `Upload-Checksum` is held in memory until its checksum is right. */
export const checksummedPatchLimitBytes = 64 * MiB;

/** Bodies of JSON routes. */
export const jsonBodyLimitBytes = 1 * MiB;

export const leaseSeconds = 30;
export const heartbeatSeconds = leaseSeconds / 3;

/** Glance's limits: column widths and default quotas. */
export const nameLimitCharacters = 255;
export const tagLimitCharacters = 255;
export const tagLimitCount = 128;
export const propertyLimitCount = 128;
export const memberLimitCount = 128;

export const pageSizeDefault = 25;
export const pageSizeLimit = 1000;

/** An unfinished upload that nobody touched for this long is removed. */
export const uploadExpirySeconds = 7 * 24 * 3600;
