const hour = 3_600_000;

/** A token lives this long, whatever is done with it. */
export const tokenMilliseconds = 12 * hour;

/** So long after its end a token still counts with a service that vouches for it, as Keystone's allow_expired_window. */
export const vouchedMilliseconds = 48 * hour;

/** A session ends when it was not used for this long … */
export const sessionIdleMilliseconds = 24 * hour;

/** … and this long after signing in at the latest. */
export const sessionLimitMilliseconds = 14 * 24 * hour;
